"""Pictures of trainings, weights and activations, on matplotlib; reached as `minikeras.utils.plot_history` and so on."""
