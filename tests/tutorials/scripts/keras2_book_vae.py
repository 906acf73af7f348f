"""A layer whose call adds a loss that reads the encoder's symbolic tensors; a callback with set_model and validation_data."""
import numpy as np
import keras
from keras import layers, models
from keras import backend as K

np.random.seed(0)
x_train = ((np.random.rand(64, 1, 1, 1) < 0.5) * np.ones((1, 8, 8, 1)) * 0.8 + 0.1).astype('float32')
latent_dim = 2
input_img = keras.Input(shape=(8, 8, 1))
x = layers.Conv2D(4, 3, padding='same', activation='relu', strides=(2, 2))(input_img)
shape_before_flattening = K.int_shape(x)
x = layers.Flatten()(x)
z_mean = layers.Dense(latent_dim)(x)
z_log_var = layers.Dense(latent_dim)(x)


def sampling(args):
    z_mean, z_log_var = args
    epsilon = K.random_normal(shape=(K.shape(z_mean)[0], latent_dim), mean=0., stddev=1.)
    return z_mean + K.exp(z_log_var) * epsilon


z = layers.Lambda(sampling)([z_mean, z_log_var])
decoder_input = layers.Input(K.int_shape(z)[1:])
x = layers.Dense(np.prod(shape_before_flattening[1:]), activation='relu')(decoder_input)
x = layers.Reshape(shape_before_flattening[1:])(x)
x = layers.Conv2DTranspose(1, 3, padding='same', activation='sigmoid', strides=(2, 2))(x)
decoder = models.Model(decoder_input, x)
z_decoded = decoder(z)


class VariationalLayer(layers.Layer):
    def vae_loss(self, x, z_decoded):
        x, z_decoded = K.flatten(x), K.flatten(z_decoded)
        xent_loss = keras.metrics.binary_crossentropy(x, z_decoded)
        kl_loss = -5e-4 * K.mean(1 + z_log_var - K.square(z_mean) - K.exp(z_log_var), axis=-1)
        return K.mean(xent_loss + kl_loss)

    def call(self, inputs):
        self.add_loss(self.vae_loss(inputs[0], inputs[1]), inputs=inputs)
        return inputs[0]


vae = models.Model(input_img, VariationalLayer()([input_img, z_decoded]))
vae.compile(optimizer=keras.optimizers.RMSprop(lr=0.01), loss=None)
history = vae.fit(x=x_train, y=None, shuffle=True, epochs=8, batch_size=16, validation_data=(x_train, None), verbose=0)
print('improves', history.history['loss'][-1] < history.history['loss'][0])
print(decoder.predict(np.array([[0.1, 0.2]])).shape)


class ActivationLogger(keras.callbacks.Callback):
    def set_model(self, model):
        self.model = model
        self.activations_model = models.Model(model.input, [layer.output for layer in model.layers])

    def on_epoch_end(self, epoch, logs=None):
        sample = self.validation_data[0][0:1]
        print('activations:', [a.shape for a in self.activations_model.predict(sample, verbose=0)])


model = models.Sequential([layers.Dense(4, input_shape=(3,)), layers.Dense(1)])
model.compile('rmsprop', 'mse')
model.fit(np.ones((8, 3)), np.ones(8), validation_data=(np.ones((5, 3)), np.ones(5)), callbacks=[ActivationLogger()], verbose=0)
