-- A store of format 2, as todo-actors 0.1 made them: four lists, one of them deleted, one without
-- events; heads as of position 4 of 7.
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    generation TEXT NOT NULL,
    secret TEXT NOT NULL,
    checkpoint_pos INTEGER NOT NULL
  ) STRICT;
CREATE TABLE lists (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    first_title TEXT NOT NULL,
    owner TEXT NOT NULL,
    at INTEGER NOT NULL,
    key TEXT,
    sum INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    title TEXT NOT NULL
  ) STRICT;
CREATE INDEX lists_made ON lists (owner, key) WHERE key IS NOT NULL;
CREATE TABLE lives (
    list INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL,
    deleted_at INTEGER
  ) STRICT;
CREATE TABLE events (
    pos INTEGER PRIMARY KEY,
    list INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    prev INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    at INTEGER NOT NULL,
    user TEXT NOT NULL,
    pid TEXT NOT NULL,
    key TEXT,
    body TEXT NOT NULL
  ) STRICT;
CREATE TABLE heads (
    list INTEGER PRIMARY KEY,
    pos INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    count INTEGER NOT NULL,
    sum INTEGER NOT NULL
  ) STRICT;
CREATE TABLE members (
    user TEXT NOT NULL,
    list TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'editor', 'owner')),
    PRIMARY KEY (user, list)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE former_members (
    user TEXT NOT NULL,
    list TEXT NOT NULL,
    role TEXT NOT NULL,
    deleted_at INTEGER NOT NULL,
    PRIMARY KEY (user, list)
  ) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES (1, 'generation', 'secret', 4);
INSERT INTO lists VALUES (1, 'groceries', 'e1', 'Groceries', 'alice', 1764000000000, NULL, 1727224581, 0, 'Food');
INSERT INTO lists VALUES (2, 'work', 'e1', 'Work', 'alice', 1764000000000, 'k-start', 1264031575, 1, 'Work');
INSERT INTO lists VALUES (3, 'old', 'e1', 'Old things', 'alice', 1764000000000, NULL, 641806182, 0, 'Old things');
INSERT INTO lists VALUES (4, 'empty', 'e1', 'Empty', 'alice', 1764000000000, NULL, 1679734968, 0, 'Empty');
INSERT INTO lives VALUES (3, 'e1', 1764000009000);
INSERT INTO events VALUES (1, 1, 1, 0, 0, 1059430358, 1764000001000, 'alice', '<0.7.0>', NULL, '{"op":"member_set","user":"bob","role":"editor"}');
INSERT INTO events VALUES (2, 2, 1, 0, 1, 1664511009, 1764000001000, 'alice', '<0.7.0>', NULL, '{"op":"todo_added","todo":{"id":1,"title":"Write it down","date":null,"done":false,"rev":1}}');
INSERT INTO events VALUES (3, 1, 2, 1, 1, 1452575928, 1764000002000, 'bob', '<0.7.0>', 'add_todo' || char(9) || 'k1' || char(9) || '1', '{"op":"todo_added","todo":{"id":1,"title":"Mélk","date":"2026-12-24","done":false,"rev":2}}');
INSERT INTO events VALUES (4, 3, 1, 0, 1, 113572291, 1764000001000, 'alice', '<0.7.0>', NULL, '{"op":"todo_added","todo":{"id":1,"title":"Forget","date":null,"done":false,"rev":1}}');
INSERT INTO events VALUES (5, 1, 3, 3, 1, 2938160475, 1764000003000, 'alice', '<0.7.0>', NULL, '{"op":"list_renamed","title":"Food"}');
INSERT INTO events VALUES (6, 1, 4, 5, 1, 2713596279, 1764000004000, 'alice', '<0.7.0>', NULL, '{"op":"todo_updated","todo":{"id":1,"title":"Mélk","date":"2026-12-24","done":false,"rev":4,"notes":"two"}}');
INSERT INTO events VALUES (7, 2, 2, 2, 0, 3173840198, 1764000002000, 'alice', '<0.7.0>', NULL, '{"op":"todo_deleted","id":1}');
INSERT INTO heads VALUES (1, 3, 2, 1, 1452575928);
INSERT INTO heads VALUES (2, 2, 1, 1, 1664511009);
INSERT INTO heads VALUES (3, 4, 1, 1, 113572291);
INSERT INTO heads VALUES (4, 0, 0, 0, 1679734968);
INSERT INTO members VALUES ('alice', 'empty', 'owner');
INSERT INTO members VALUES ('alice', 'groceries', 'owner');
INSERT INTO members VALUES ('alice', 'work', 'owner');
INSERT INTO members VALUES ('bob', 'groceries', 'editor');
INSERT INTO former_members VALUES ('alice', 'old', 'owner', 1764000009000);
PRAGMA application_id = 1953457263;
PRAGMA user_version = 2;
PRAGMA journal_mode = WAL;
