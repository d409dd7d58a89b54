"""The schedules of the released code, as functions of the update or the epoch."""


def learning_rate(update: int, initial: float, decay: float, minimum: float) -> float:
    """initial / decay^update, not below `minimum` (pylearn2 `ExponentialDecay`); update >= 0."""
    return max(initial / decay**update, minimum)


def momentum(epoch: int, initial: float, final: float, saturation_epoch: int) -> float:
    """Linear from `initial` in epoch 1 to `final` in `saturation_epoch` (`MomentumAdjustor`).

    Example:
        >>> [momentum(epoch, 0.5, 0.7, 250) for epoch in (1, 250, 1000)]
        [0.5, 0.7, 0.7]
    """
    if epoch >= saturation_epoch:
        return final
    return initial + (final - initial) * (epoch - 1) / (saturation_epoch - 1)
