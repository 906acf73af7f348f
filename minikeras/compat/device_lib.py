"""`tensorflow.python.client.device_lib`: the devices there are, which is the processor."""

import os
from dataclasses import dataclass

__all__ = ["DeviceAttributes", "list_local_devices"]


@dataclass(frozen=True)
class DeviceAttributes:
    """A device; memory in bytes."""

    name: str
    device_type: str
    memory_limit: int
    physical_device_desc: str = ""


def list_local_devices(session_config=None):
    """The devices of this machine on which minikeras computes: its processor.

    session_config: accepted as in TensorFlow; there is nothing to configure.

    >>> [device.device_type for device in list_local_devices()]
    ['CPU']
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return [DeviceAttributes("/device:CPU:0", "CPU", memory)]
