"""A variational autoencoder whose loss reads the encoder's symbolic tensors."""
import numpy as np
from keras.layers import Input, Dense, Lambda
from keras.models import Model
from keras import backend as K
from keras import objectives

np.random.seed(0)
batch_size, original_dim, latent_dim, nb_epoch = 20, 12, 2, 8
data = (np.random.rand(200, 1) < 0.5) * np.ones((1, original_dim)) * 0.8 + 0.1

x = Input(batch_shape=(batch_size, original_dim))
h = Dense(16, activation='relu')(x)
z_mean = Dense(latent_dim)(h)
z_log_var = Dense(latent_dim)(h)


def sampling(args):
    mean, log_var = args
    epsilon = K.random_normal(shape=(batch_size, latent_dim), mean=0., std=1.0)
    return mean + K.exp(log_var / 2) * epsilon


z = Lambda(sampling, output_shape=(latent_dim,))([z_mean, z_log_var])
decoder = Dense(original_dim, activation='sigmoid')
vae = Model(input=x, output=decoder(z))


def vae_loss(x, x_decoded):
    xent_loss = original_dim * objectives.binary_crossentropy(x, x_decoded)
    kl_loss = -0.5 * K.sum(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
    return xent_loss + kl_loss


vae.compile(optimizer='adam', loss=vae_loss)
history = vae.fit(data, data, shuffle=True, nb_epoch=nb_epoch, batch_size=batch_size, validation_data=(data, data), verbose=0)
print('improves', history.history['loss'][-1] < history.history['loss'][0], sorted(history.history))
print(Model(x, z_mean).predict(data, batch_size=batch_size, verbose=0).shape)
