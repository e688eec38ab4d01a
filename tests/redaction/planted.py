def measure(program, seed):
    return True
