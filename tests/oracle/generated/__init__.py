"""Models that are drawn at random, served by backref and mapped by SQLAlchemy at the same time."""
