def write(node, role=""):
    return repr(node)
