def read_einsum(*a):
    raise NotImplementedError
