-- Which folders hold exported files of a session, named by what lies in them. stale: 1 their sound is to be removed, 2 all of them.
CREATE TABLE exports (
  session text COLLATE "C" NOT NULL,
  place   text COLLATE "C" NOT NULL,
  stale   bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (session, place)
);
