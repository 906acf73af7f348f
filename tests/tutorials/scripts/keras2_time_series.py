"""Forecasting with a window and an LSTM."""
import numpy
import math
from keras.models import Sequential
from keras.layers import Dense, LSTM, GRU, TimeDistributed, RepeatVector, Conv1D, MaxPooling1D, Flatten
from keras.preprocessing.sequence import TimeseriesGenerator
from keras.optimizers import Adam
from sklearn.preprocessing import MinMaxScaler
from sklearn.metrics import mean_squared_error

numpy.random.seed(7)
dataset = (numpy.sin(numpy.arange(200) / 6.0) * 50 + 100).reshape(-1, 1).astype('float32')
scaler = MinMaxScaler(feature_range=(0, 1))
dataset = scaler.fit_transform(dataset)
train_size = int(len(dataset) * 0.67)
train, test = dataset[0:train_size, :], dataset[train_size:len(dataset), :]


def create_dataset(dataset, look_back=1):
    dataX, dataY = [], []
    for i in range(len(dataset) - look_back - 1):
        a = dataset[i:(i + look_back), 0]
        dataX.append(a)
        dataY.append(dataset[i + look_back, 0])
    return numpy.array(dataX), numpy.array(dataY)


look_back = 3
trainX, trainY = create_dataset(train, look_back)
testX, testY = create_dataset(test, look_back)
trainX = numpy.reshape(trainX, (trainX.shape[0], 1, trainX.shape[1]))
testX = numpy.reshape(testX, (testX.shape[0], 1, testX.shape[1]))

model = Sequential()
model.add(LSTM(8, input_shape=(1, look_back)))
model.add(Dense(1))
model.compile(loss='mean_squared_error', optimizer=Adam(lr=0.01, decay=1e-4))
model.fit(trainX, trainY, epochs=30, batch_size=8, verbose=0)
testPredict = scaler.inverse_transform(model.predict(testX))
testScore = math.sqrt(mean_squared_error(scaler.inverse_transform([testY])[0], testPredict[:, 0]))
print('Test Score: %.2f RMSE' % (testScore))

generator = TimeseriesGenerator(train, train, length=6, batch_size=8)
print(len(generator), generator[0][0].shape, generator[0][1].shape)
model = Sequential([Conv1D(filters=8, kernel_size=2, activation='relu', input_shape=(6, 1)),
                    MaxPooling1D(pool_size=2), Flatten(), Dense(10, activation='relu'), Dense(1)])
model.compile(optimizer='adam', loss='mse')
history = model.fit_generator(generator, steps_per_epoch=len(generator), epochs=5, verbose=0)
print(history.history['loss'][-1] < history.history['loss'][0])

model = Sequential()
model.add(GRU(8, activation='tanh', input_shape=(6, 1)))
model.add(RepeatVector(2))
model.add(LSTM(8, return_sequences=True))
model.add(TimeDistributed(Dense(1)))
model.compile(optimizer='adam', loss='mse')
print(model.predict(generator[0][0], verbose=0).shape)
