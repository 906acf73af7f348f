"""Optimizer updates over flat arrays: w and the slots change in place, g is only read.

The formulas, their order and the precision of their scalars are those of Keras 3.
"""

import math

import numpy as np


def sgd(w, g, lr):
    """Gradient descent: w -= lr g."""
    w -= g * lr


def momentum(w, g, v, lr, momentum, nesterov):
    """Gradient descent with momentum: v = momentum v - lr g; w += v, or w += momentum v - lr g with Nesterov."""
    step = g * lr
    v *= momentum
    v -= step
    if nesterov:
        w += v * momentum
        w -= step
    else:
        w += v


def adam(w, g, m, v, lr, beta_1, beta_2, epsilon, step, vhat=None):
    """Adam (Kingma and Ba 2014, https://arxiv.org/abs/1412.6980), `step` counted from 1; AMSGrad with a slot vhat.

    alpha = lr sqrt(1 - beta_2^step) / (1 - beta_1^step)
    m += (1 - beta_1)(g - m);  v += (1 - beta_2)(g^2 - v);  w -= alpha m / (sqrt(v) + epsilon)
    """
    scalar = w.dtype.type
    rest_1 = 1 - scalar(math.pow(scalar(beta_1), step))
    rest_2 = 1 - scalar(math.pow(scalar(beta_2), step))
    alpha = scalar(lr) * np.sqrt(rest_2) / rest_1
    difference = g - m
    difference *= 1 - beta_1
    m += difference
    np.multiply(g, g, out=difference)
    difference -= v
    difference *= 1 - beta_2
    v += difference
    if vhat is not None:
        v = np.maximum(vhat, v, out=vhat)
    root = np.sqrt(v, out=difference)
    root += epsilon
    update = m * alpha
    update /= root
    w -= update


def rmsprop(w, g, v, lr, rho, epsilon, momentum=0.0, mom=None, avg=None):
    """RMSprop (Hinton, Coursera lecture 6e): v = rho v + (1 - rho) g^2; w -= lr g / sqrt(v + epsilon).

    A slot `mom` adds momentum to the step; a slot `avg` centres v by the square of the mean gradient.
    """
    v *= rho
    v += g * g * (1 - rho)
    denominator = v
    if avg is not None:
        avg *= rho
        avg += g * (1 - rho)
        denominator = v - avg * avg
    update = g * lr
    update /= np.sqrt(denominator + epsilon)
    if mom is None:
        w -= update
    else:
        mom *= momentum
        mom += update
        w -= mom


def adagrad(w, g, a, lr, epsilon):
    """Adagrad (Duchi et al. 2011): a += g^2; w -= lr g / sqrt(a + epsilon)."""
    a += g * g
    update = g * lr
    update /= np.sqrt(a + epsilon)
    w -= update


def adadelta(w, g, a, d, lr, rho, epsilon):
    """Adadelta (Zeiler 2012, https://arxiv.org/abs/1212.5701).

    a = rho a + (1 - rho) g^2;  delta = -g sqrt(d + epsilon) / sqrt(a + epsilon);  d = rho d + (1 - rho) delta^2;
    w += lr delta
    """
    a *= rho
    a += g * g * (1 - rho)
    delta = np.sqrt(d + epsilon)
    delta *= g
    delta /= np.sqrt(a + epsilon)
    np.negative(delta, out=delta)
    d *= rho
    d += delta * delta * (1 - rho)
    delta *= lr
    w += delta


def squared_norm(g):
    """The sum of the squares of g, as a float: for clipping by the global norm."""
    g = g.reshape(-1)
    return float(np.dot(g, g))
