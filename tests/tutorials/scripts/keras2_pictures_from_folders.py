"""flow_from_directory: little powerful image classification models from very little data."""
import os
import tempfile
import numpy as np
from PIL import Image
from keras.preprocessing.image import ImageDataGenerator, img_to_array, load_img, array_to_img
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D, Activation, Dropout, Flatten, Dense
from keras import optimizers
from keras import backend as K

folder = tempfile.mkdtemp()
rng = np.random.RandomState(0)
for part, count in (('train', 24), ('validation', 8)):
    for name, channel in (('cats', 0), ('dogs', 2)):
        os.makedirs(os.path.join(folder, part, name))
        for i in range(count):
            pixels = rng.randint(0, 90, (20, 20, 3))
            pixels[5:15, 5:15, channel] += 150
            Image.fromarray(pixels.astype('uint8')).save(os.path.join(folder, part, name, '%s.%d.png' % (name, i)))

img_width, img_height = 16, 16
if K.image_data_format() == 'channels_first':
    input_shape = (3, img_width, img_height)
else:
    input_shape = (img_width, img_height, 3)

model = Sequential()
model.add(Conv2D(8, (3, 3), input_shape=input_shape))
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(8))
model.add(Activation('relu'))
model.add(Dropout(0.2))
model.add(Dense(1))
model.add(Activation('sigmoid'))
model.compile(loss='binary_crossentropy', optimizer=optimizers.RMSprop(lr=0.01), metrics=['accuracy'])

train_datagen = ImageDataGenerator(rescale=1. / 255, shear_range=0.1, zoom_range=0.1, horizontal_flip=True)
test_datagen = ImageDataGenerator(rescale=1. / 255)
train_generator = train_datagen.flow_from_directory(
    os.path.join(folder, 'train'), target_size=(img_width, img_height), batch_size=8, class_mode='binary')
validation_generator = test_datagen.flow_from_directory(
    os.path.join(folder, 'validation'), target_size=(img_width, img_height), batch_size=8, class_mode='binary',
    shuffle=False)
print(train_generator.class_indices, validation_generator.classes.sum())

model.fit_generator(
    train_generator,
    steps_per_epoch=48 // 8,
    epochs=8,
    validation_data=validation_generator,
    validation_steps=16 // 8,
    verbose=0)
model.save_weights('first_try.h5')
score = model.evaluate_generator(validation_generator, steps=2)
print('Validation accuracy:', score[1])

img = load_img(os.path.join(folder, 'train/cats/cats.0.png'), target_size=(150, 150))
x = img_to_array(img)
x = x.reshape((1,) + x.shape)
i = 0
for batch in train_datagen.flow(x, batch_size=1, save_to_dir=folder, save_prefix='cat', save_format='jpeg'):
    i += 1
    if i > 3:
        break
print(len([f for f in os.listdir(folder) if f.startswith('cat_')]))
