"""The default model in SQLAlchemy's own words, in SQLite memory.

These classes say with relationship(), secondary, back_populates and backref what backref's default model
says with the same words in JSON. `Oracle` wraps a session around them and offers the changes that a
client can ask backref for. Collections are sets, as JSON:API demands; with sets SQLAlchemy's own
refusals of "already a member" and "not a member" do not arise, so linking and unlinking are idempotent
here as they are there.

Runs on SQLAlchemy 1.4 and 2.0.
"""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, create_engine, select
from sqlalchemy.orm import Session, backref, configure_mappers, declarative_base, relationship
from sqlalchemy.pool import StaticPool

Base = declarative_base()


def association(name, near, near_table, far, far_table):
    """An association table: two foreign keys that together are the primary key."""
    return Table(
        name,
        Base.metadata,
        Column(near, ForeignKey(near_table + ".id", ondelete="CASCADE"), primary_key=True),
        Column(far, ForeignKey(far_table + ".id", ondelete="CASCADE"), primary_key=True),
    )


person_phones = association("person_phones", "person_id", "persons", "phone_id", "phones")
person_friends = association("person_friends", "person_id", "persons", "friend_id", "friends")
friend_hobbies = association("friend_hobbies", "friend_id", "friends", "hobby_id", "hobbies")


class Person(Base):
    __tablename__ = "persons"
    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False)
    email = Column(String, unique=True)
    phones = relationship(
        "Phone", secondary=person_phones, back_populates="owners", collection_class=set
    )
    friends = relationship(
        "Friend",
        secondary=person_friends,
        backref=backref("persons", collection_class=set),
        collection_class=set,
    )


class Phone(Base):
    __tablename__ = "phones"
    id = Column(Integer, primary_key=True)
    number = Column(String, nullable=False, unique=True)
    label = Column(String)
    owners = relationship(
        "Person", secondary=person_phones, back_populates="phones", collection_class=set
    )


class Friend(Base):
    __tablename__ = "friends"
    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False)
    nickname = Column(String)
    hobbies = relationship(
        "Hobby", secondary=friend_hobbies, back_populates="friends", collection_class=set
    )


class Hobby(Base):
    __tablename__ = "hobbies"
    id = Column(Integer, primary_key=True)
    name = Column(String, nullable=False, unique=True)
    description = Column(String)
    friends = relationship(
        "Friend", secondary=friend_hobbies, back_populates="hobbies", collection_class=set
    )


configure_mappers()  # creates Friend.persons, which only the backref declares

CLASSES = {"persons": Person, "phones": Phone, "friends": Friend, "hobbies": Hobby}


class Oracle:
    """What SQLAlchemy makes of the changes that backref has accepted.

    Resources carry the ids that backref gave them. Every change is committed, which expires what the
    session holds: each later read comes from SQLite, from whichever side it is asked.
    """

    def __init__(self):
        self.engine = create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
        Base.metadata.create_all(self.engine)
        self.session = Session(self.engine)
        self._seen = {}  # what was read since the last commit: the comparison asks for it more than once

    def close(self):
        self.session.close()
        self.engine.dispose()

    def ids(self, kind):
        """All ids of a type, ascending."""
        if kind not in self._seen:
            self._seen[kind] = sorted(self.session.scalars(select(CLASSES[kind].id)))
        return self._seen[kind]

    def get(self, kind, key):
        """The object with this id, or None."""
        return self.session.get(CLASSES[kind], key)

    def attributes(self, kind, key):
        """The writable attributes of one resource."""
        names = [c.name for c in CLASSES[kind].__table__.columns if c.name != "id"]
        found = self.get(kind, key)
        return {name: getattr(found, name) for name in names}

    def members(self, side, key):
        """The ids on the other end of one relationship, as a set."""
        if (side, key) not in self._seen:
            owner = self.get(side.type, key)
            self._seen[side, key] = frozenset(member.id for member in getattr(owner, side.rel))
        return self._seen[side, key]

    def rows(self, table):
        """The pairs of an association table, as a set."""
        statement = select(Base.metadata.tables[table])
        return {tuple(row) for row in self.session.execute(statement)}

    def create(self, kind, key, attributes, relationships):
        """A new resource; `relationships` maps a name to the ids of its members."""
        made = CLASSES[kind](id=key, **attributes)
        self.session.add(made)
        self._set(made, relationships)

    def update(self, kind, key, attributes, relationships):
        """New values for some attributes, new members for some relationships."""
        found = self.get(kind, key)
        for name, value in attributes.items():
            setattr(found, name, value)
        self._set(found, relationships)

    def delete(self, kind, key):
        self.session.delete(self.get(kind, key))
        self._commit()

    def link(self, side, key, members):
        owner = self.get(side.type, key)  # held: a collection does not keep its owner alive
        for member in self._load(side.target, members):
            getattr(owner, side.rel).add(member)
        self._commit()

    def unlink(self, side, key, members):
        """Members that are not linked, or exist nowhere, are no error."""
        owner = self.get(side.type, key)  # held: a collection does not keep its owner alive
        for member in self._load(side.target, members):
            getattr(owner, side.rel).discard(member)
        self._commit()

    def replace(self, side, key, members):
        self._set(self.get(side.type, key), {side.rel: members})

    def _commit(self):
        self.session.commit()
        self._seen.clear()

    def _load(self, kind, keys):
        found = (self.get(kind, key) for key in keys)
        return {one for one in found if one is not None}

    def _set(self, found, relationships):
        # Both ends are resolved before the first assignment: a lookup would autoflush a half-filled object.
        targets = {}
        with self.session.no_autoflush:
            for name, members in relationships.items():
                target = getattr(type(found), name).property.mapper.class_.__tablename__
                targets[name] = self._load(target, members)
            for name, members in targets.items():
                setattr(found, name, members)
        self._commit()
