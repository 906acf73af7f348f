"""Small things that older versions had and that need nothing but the words of today."""

from minikeras.spellings import older


class Reduction:
    """How older losses called their reductions."""

    AUTO = "sum_over_batch_size"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls):
        """All reductions."""
        return (cls.AUTO, cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE)


def multi_gpu_model(model, gpus=None, cpu_merge=True, cpu_relocation=False):
    """The model as it is: there are no GPUs to divide its batches among."""
    older("multi_gpu_model(model, gpus=...)", "the model itself, which trains on the CPU")
    return model
