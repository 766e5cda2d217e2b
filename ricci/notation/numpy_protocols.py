class NumpyProtocols:
    __slots__ = ()
