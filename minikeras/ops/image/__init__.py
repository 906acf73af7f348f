"""`minikeras.ops.image`: functions of images (batch, height, width, channels), or one image without the batch axis."""

from minikeras.ops.image.color import *
from minikeras.ops.image.filters import *
from minikeras.ops.image.framing import *
from minikeras.ops.image.patches import *
from minikeras.ops.image.resizing import *
from minikeras.ops.image.warping import *
