"""The layers: each family's file says in `__all__` what it exports."""

from minikeras.layers.core import *
from minikeras.layers.layer import Layer
from minikeras.layers.spec import InputSpec
from minikeras.layers.convolution import *
from minikeras.layers.pooling import *
from minikeras.layers.regularization import *
from minikeras.layers.reshaping import *
from minikeras.layers.activation import *
from minikeras.layers.normalization import *
from minikeras.layers.rnn import *
from minikeras.layers.lstm import *
from minikeras.layers.gru import *
from minikeras.layers.simple_rnn import *
from minikeras.layers.bidirectional import *
from minikeras.layers.conv_lstm import *
from minikeras.layers.time_distributed import *
from minikeras.layers.wrapper import *
