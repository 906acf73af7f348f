# Multiclass classification with the iris flowers, and a grid search
import numpy
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score, KFold, GridSearchCV
from sklearn.preprocessing import LabelEncoder, StandardScaler
from sklearn.pipeline import Pipeline
from keras.models import Sequential
from keras.layers import Dense
from keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor
from keras.utils import np_utils

seed = 7
numpy.random.seed(seed)
iris = load_iris()
X = StandardScaler().fit_transform(iris.data.astype(float))
names = iris.target_names[iris.target]

encoder = LabelEncoder()
encoder.fit(names)
dummy_y = np_utils.to_categorical(encoder.transform(names))


# define baseline model
def baseline_model():
    model = Sequential()
    model.add(Dense(8, input_dim=4, activation='relu'))
    model.add(Dense(3, activation='softmax'))
    model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model


estimator = KerasClassifier(build_fn=baseline_model, epochs=40, batch_size=5, verbose=0)
kfold = KFold(n_splits=3, shuffle=True, random_state=seed)
results = cross_val_score(estimator, X, dummy_y, cv=kfold)
print("Baseline: %.2f%% (%.2f%%)" % (results.mean() * 100, results.std() * 100))


def create_model(neurons=1):
    model = Sequential()
    model.add(Dense(neurons, input_dim=4, activation='relu', kernel_initializer='uniform'))
    model.add(Dense(1))
    model.compile(loss='mean_squared_error', optimizer='adam')
    return model


model = KerasRegressor(build_fn=create_model, epochs=3, batch_size=16, verbose=0)
grid = GridSearchCV(estimator=model, param_grid=dict(neurons=[1, 4], batch_size=[16]), cv=2)
grid_result = grid.fit(X, iris.target.astype(float))
print(sorted(grid_result.best_params_), grid_result.best_score_ < 0.5)
