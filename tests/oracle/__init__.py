"""SQLAlchemy as the judge: the same changes go to backref and to SQLAlchemy, both sides are compared."""
