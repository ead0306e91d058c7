"""The peer that FastAPI's and SQLAlchemy's own documentation shows: synchronous sessions from a dependency,
`relationship(secondary=…, back_populates=…)`, a response model per answer, `selectinload` where something is included.
DATABASE_URL says where; PEER_PLAIN=1 answers without response models."""

import os
from datetime import datetime
from typing import Any, Dict, List, Optional, Union

from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import BigInteger, Column, DateTime, FetchedValue, ForeignKey, Table, Text, create_engine, select
from sqlalchemy.orm import Session, declarative_base, relationship, selectinload, sessionmaker

MEDIA_TYPE = "application/vnd.api+json"
PLAIN = os.environ.get("PEER_PLAIN") == "1"
engine = create_engine(os.environ["DATABASE_URL"], pool_size=40, max_overflow=0)
SessionLocal = sessionmaker(autoflush=False, bind=engine)
Base = declarative_base()


def association(name, left, right):
    return Table(name, Base.metadata,
                 Column(f"{left}_id", ForeignKey(f"{left}s.id"), primary_key=True),
                 Column(f"{right}_id", ForeignKey("hobbies.id" if right == "hobby" else f"{right}s.id"),
                        primary_key=True))


friend_hobbies = association("friend_hobbies", "friend", "hobby")
person_phones = association("person_phones", "person", "phone")


class Row:
    id = Column(BigInteger, primary_key=True)
    created_at = Column(DateTime(timezone=True), server_default=FetchedValue())
    updated_at = Column(DateTime(timezone=True), server_default=FetchedValue())


class Friend(Row, Base):
    __tablename__ = "friends"
    attributes, links = ("name", "nickname"), ("hobbies", "persons")
    name = Column(Text)
    nickname = Column(Text)
    hobbies = relationship("Hobby", secondary=friend_hobbies, back_populates="friends", order_by="Hobby.id")


class Hobby(Row, Base):
    __tablename__ = "hobbies"
    attributes, links = ("name", "description"), ("friends",)
    name = Column(Text)
    description = Column(Text)
    friends = relationship("Friend", secondary=friend_hobbies, back_populates="hobbies", order_by="Friend.id")


class Person(Row, Base):
    __tablename__ = "persons"
    attributes, links = ("name", "email"), ("phones", "friends")
    name = Column(Text)
    email = Column(Text)
    phones = relationship("Phone", secondary=person_phones, back_populates="owners")


class Phone(Row, Base):
    __tablename__ = "phones"
    attributes, links = ("number", "label"), ("owners",)
    number = Column(Text)
    label = Column(Text)
    owners = relationship("Person", secondary=person_phones, back_populates="phones")


class Identifier(BaseModel):
    type: str
    id: str


class Relationship(BaseModel):
    links: Dict[str, str]
    data: Optional[List[Identifier]] = None


class Attributes(BaseModel):
    name: Optional[str] = None
    nickname: Optional[str] = None
    description: Optional[str] = None
    email: Optional[str] = None
    created_at: datetime
    updated_at: datetime


class Resource(BaseModel):
    type: str
    id: str
    links: Dict[str, str]
    attributes: Attributes
    relationships: Dict[str, Relationship]


class Document(BaseModel):
    jsonapi: Dict[str, str] = {"version": "1.1"}
    links: Dict[str, Optional[str]]
    data: Union[Resource, List[Resource]]
    included: Optional[List[Resource]] = None


class LinkageDocument(BaseModel):
    jsonapi: Dict[str, str] = {"version": "1.1"}
    links: Dict[str, Optional[str]]
    data: List[Identifier]


class Linkage(BaseModel):
    data: List[Identifier]


class NewAttributes(BaseModel):
    name: str
    email: Optional[str] = None


class NewPerson(BaseModel):
    type: str
    attributes: NewAttributes
    relationships: Dict[str, Linkage] = {}


class NewDocument(BaseModel):
    data: NewPerson


class Answer(JSONResponse):
    media_type = MEDIA_TYPE


app = FastAPI(default_response_class=Answer)
model_of = (lambda model: {}) if PLAIN else (
    lambda model: {"response_model": model, "response_model_exclude_unset": True})


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


def answer(document, status=200):
    """What an endpoint returns: the document, or with PEER_PLAIN an answer that is rendered already."""
    return Answer(document, status) if PLAIN else document


def time_of(value):
    return value.isoformat() if PLAIN else value


def identifiers(type_, rows):
    return [{"type": type_, "id": str(row.id)} for row in rows]


def resource(row, included=None):
    type_, self = row.__tablename__, f"/{row.__tablename__}/{row.id}"
    relationships: Dict[str, Any] = {
        name: {"links": {"self": f"{self}/relationships/{name}", "related": f"{self}/{name}"}} for name in row.links}
    if included:
        relationships[included]["data"] = identifiers(included, getattr(row, included))
    attributes = {name: getattr(row, name) for name in row.attributes}
    attributes.update(created_at=time_of(row.created_at), updated_at=time_of(row.updated_at))
    return {"type": type_, "id": str(row.id), "links": {"self": self}, "attributes": attributes,
            "relationships": relationships}


def document(data, links, rows, include):
    found: Dict[str, Any] = {"jsonapi": {"version": "1.1"}, "links": links, "data": data}
    if include:
        distinct = {hobby.id: hobby for row in rows for hobby in row.hobbies}
        found["included"] = [resource(hobby) for hobby in distinct.values()]
    return found


def found_or_404(row):
    if row is None:
        raise HTTPException(404)
    return row


def with_included(statement, include):
    return statement.options(selectinload(Friend.hobbies)) if include == "hobbies" else statement


@app.get("/friends/{id}", **model_of(Document))
def read_friend(id: int, request: Request, include: Optional[str] = None, db: Session = Depends(get_db)):
    friend = found_or_404(db.scalars(with_included(select(Friend).where(Friend.id == id), include)).first())
    return answer(document(resource(friend, include), {"self": request.url.path}, [friend], include))


@app.get("/friends", **model_of(Document))
def read_friends(size: int = Query(50, alias="page[size]"), after: int = Query(0, alias="page[after]"),
                 include: Optional[str] = None, db: Session = Depends(get_db)):
    page = select(Friend).where(Friend.id > after).order_by(Friend.id).limit(size)
    friends = db.scalars(with_included(page, include)).all()
    path = f"/friends?page%5Bsize%5D={size}" + (f"&include={include}" if include else "")
    links = {"self": path, "prev": None, "next": f"{path}&page%5Bafter%5D={friends[-1].id}" if friends else None}
    return answer(document([resource(friend, include) for friend in friends], links, friends, include))


@app.get("/friends/{id}/relationships/hobbies", **model_of(LinkageDocument))
def read_linkage(id: int, db: Session = Depends(get_db)):
    friend = found_or_404(db.get(Friend, id))
    links = {"self": f"/friends/{id}/relationships/hobbies", "related": f"/friends/{id}/hobbies",
             "prev": None, "next": None}
    return answer({"jsonapi": {"version": "1.1"}, "links": links, "data": identifiers("hobbies", friend.hobbies)})


@app.put("/friends/{id}/hobbies/{hobby_id}", status_code=204)
def link(id: int, hobby_id: int, db: Session = Depends(get_db)):
    friend, hobby = found_or_404(db.get(Friend, id)), found_or_404(db.get(Hobby, hobby_id))
    if hobby not in friend.hobbies:
        friend.hobbies.append(hobby)
        db.commit()
    return Response(status_code=204)


@app.delete("/friends/{id}/hobbies/{hobby_id}", status_code=204)
def unlink(id: int, hobby_id: int, db: Session = Depends(get_db)):
    friend, hobby = found_or_404(db.get(Friend, id)), found_or_404(db.get(Hobby, hobby_id))
    if hobby in friend.hobbies:
        friend.hobbies.remove(hobby)
        db.commit()
    return Response(status_code=204)


@app.post("/persons", status_code=201, **model_of(Document))
def create(new: NewDocument, db: Session = Depends(get_db)):
    wanted = [int(one.id) for one in new.data.relationships["phones"].data]
    phones = db.scalars(select(Phone).where(Phone.id.in_(wanted))).all()
    if len(phones) != len(wanted):
        raise HTTPException(404)
    person = Person(name=new.data.attributes.name, email=new.data.attributes.email, phones=phones)
    db.add(person)
    db.commit()
    db.refresh(person)
    return answer(document(resource(person), {"self": f"/persons/{person.id}"}, [person], None), 201)


@app.post("/hobbies/{id}/relationships/friends", status_code=204)
def link_many(id: int, members: Linkage, db: Session = Depends(get_db)):
    hobby = found_or_404(db.get(Hobby, id))
    wanted = [int(one.id) for one in members.data]
    friends = db.scalars(select(Friend).where(Friend.id.in_(wanted))).all()
    if len(friends) != len(set(wanted)):
        raise HTTPException(404)
    there = set(hobby.friends)
    hobby.friends.extend(friend for friend in friends if friend not in there)
    db.commit()
    return Response(status_code=204)
