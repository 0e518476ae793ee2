-- Places in the log that the hub keeps for its subscribers.

create table feed_cursor (
    owner text not null check (length(owner) <= 200),
    name text not null check (name ~ '^[a-z0-9._-]{1,64}$'),
    client text not null,
    epoch uuid not null,
    seq bigint not null check (seq >= 0),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (owner, name)
) with (fillfactor = 50);
comment on table feed_cursor is 'How far subscribers have acknowledged the log; the hub writes it, ACKED is sent after the commit.';
comment on column feed_cursor.owner is 'The name that the client has proved to have; empty without one.';

grant select, insert, update (client, seq, updated_at) on feed_cursor to tidings_hub;
grant select, delete on feed_cursor to tidings_operator;
