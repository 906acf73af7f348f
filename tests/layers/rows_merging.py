"""Rows of the layers that merge."""

from layer_row import Row

from minikeras.layers import Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract

PAIR = [(2, 5, 3), (2, 5, 3)]
SPREAD = [(2, 5, 3), (2, 3), (2, 1, 3)]

ROWS = [
    *[
        Row(cls, inputs, mask=mask, mask_out=None)
        for cls in (Add, Average, Maximum, Minimum, Multiply)
        for inputs, mask in ((PAIR, (2, 5)), (SPREAD, None), ([(2, 4)], None))
    ],
    Row(Add, [(2, 5, 3)], mask=(2, 5)),
    Row(Subtract, PAIR, mask=(2, 5), mask_out=None),
    Row(Subtract, [(2, 3), (2, 5, 3)]),
    Row(Concatenate, PAIR, mask=(2, 5), mask_out=(2, 5)),
    Row(Concatenate, [(2, 5, 3), (2, 2, 3), (2, 1, 3)], {"axis": 1}, mask=(2, 5), mask_out=(2, 8)),
    Row(Concatenate, [(2, 5, 3, 2), (2, 5, 1, 2)], {"axis": -2}, mask=(2, 5), mask_out=(2, 5)),
    Row(Dot, [(2, 4), (2, 4)], {"axes": 1}, mask=(2,), mask_out=None),
    Row(Dot, [(2, 5, 3), (2, 4, 3)], {"axes": -1}),
    Row(Dot, [(2, 5, 3), (2, 3, 4)], {"axes": (2, 1), "normalize": True}),
    Row(Dot, [(2, 5, 3), (2, 5)], {"axes": 1}),
    Row(Dot, [(2, 5), (2, 3, 5, 2)], {"axes": [1, 2]}),
]
