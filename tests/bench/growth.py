def run(output, quick):
    pass
