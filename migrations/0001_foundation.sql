-- Articles and the queue of those to be coded, the records coders found, and the log that subscribers read.

do $$
declare
    name text;
begin
    -- Roles belong to the whole cluster: another database may have made them, or may be making them now.
    foreach name in array array['tidings_ingest', 'tidings_hub', 'tidings_watch', 'tidings_operator'] loop
        begin
            execute format('create role %I login', name);
        exception when duplicate_object or unique_violation then null;
        end;
    end loop;
end $$;

create table article (
    id uuid primary key,
    sha256 bytea not null unique check (octet_length(sha256) = 32),
    format text not null,
    title text,
    author text,
    source text,
    url text,
    language text,
    published text,
    published_reason text,
    modified text,
    dateline text,
    text text not null,
    received_at timestamptz not null default now(),
    coded_at timestamptz
);
comment on table article is 'One row an article; the same bytes are the same article.';

create table sighting (
    id bigint generated always as identity primary key,
    article_id uuid not null references article,
    file_name bytea not null,
    seen_at timestamptz not null default now()
);
create index on sighting (article_id);
comment on table sighting is 'Every time an article was dropped, the first included; file_name is the name as its bytes.';

create table job (
    id bigint generated always as identity primary key,
    article_id uuid not null unique references article,
    state smallint not null default 0 check (state in (0, 1, 3)),
    attempt int not null default 0,
    run_at timestamptz not null default now(),
    lease_until timestamptz,
    lease_owner uuid,
    last_error text,
    created_at timestamptz not null default now()
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index on job (run_at, id) where state = 0;
create index on job (lease_until) where state = 1;
comment on column job.state is '0 ready, 1 leased, 3 dead; a job that is done is deleted';

create table record (
    id bigint generated always as identity primary key,
    uuid uuid not null unique,
    article_id uuid not null references article,
    type text not null check (type in ('event', 'quote', 'article')),
    topic text not null check (topic ~ '^[a-z]+/([A-Za-z0-9+_.-]*/)*$' and length(topic) <= 200),
    keys text not null check (keys ~ '^[ -~]*$' and length(keys) <= 4000),
    data json not null,
    coded_at timestamptz not null default now()
);
create index on record (article_id);
comment on table record is 'What a coder found, as it goes to subscribers; see the view event.';

create table outbox (record_id bigint primary key references record);
comment on table outbox is 'Records that have no place in the log yet.';

create table log_head (
    singleton boolean primary key default true check (singleton),
    epoch uuid not null default gen_random_uuid(),
    seq bigint not null default 0,
    floor bigint not null default 0
) with (fillfactor = 10);
insert into log_head default values;
comment on column log_head.epoch is 'Drawn anew when the log is restored from a backup: an (epoch, seq) is never used twice.';

create table topic_head (topic text primary key, tseq bigint not null) with (fillfactor = 20);

create table log (
    seq bigint primary key,
    tseq bigint not null,
    record_id bigint not null references record,
    at timestamptz not null default now()
);
comment on table log is 'The order of the records: seq without gaps, tseq without gaps within a topic.';

create table subscription_cursor (
    name text primary key,
    epoch uuid not null,
    seq bigint not null,
    updated_at timestamptz not null default now()
);
comment on table subscription_cursor is 'How far a service of ours has followed the log; written with the effects of what it read.';

create table dyad_day (
    day date not null,
    actor text not null,
    recipient text not null,
    event text not null,
    status text not null,
    count bigint not null,
    primary key (day, actor, recipient, event, status)
);
comment on table dyad_day is 'Events a day, by country or non-state code of actor and recipient; an empty code is unknown.';

create table service (
    name text not null,
    instance text not null,
    started_at timestamptz not null default now(),
    seen_at timestamptz not null default now(),
    state json not null,
    primary key (name, instance)
);
comment on table service is 'The last sign of life of each service and what it said of itself.';

create view event as
select
    l.seq,
    r.uuid as id,
    r.article_id,
    (r.data ->> 'date')::date as date,
    r.data ->> 'date_reason' as date_reason,
    r.data ->> 'event' as event,
    r.data -> 'mode' ->> 0 as mode,
    r.data -> 'context' as context,
    r.data ->> 'cameo' as cameo,
    (r.data ->> 'quad_code')::int as quad_code,
    (r.data ->> 'event_scale')::float8 as event_scale,
    (r.data ->> 'goldstein')::float8 as goldstein,
    r.data ->> 'status' as status,
    (r.data ->> 'historical')::boolean as historical,
    r.data -> 'actor' -> 0 ->> 'code' as actor_code,
    r.data -> 'actor' -> 0 ->> 'sector' as actor_sector,
    r.data -> 'actor' -> 0 ->> 'name' as actor_name,
    r.data -> 'actor' -> 0 ->> 'text' as actor_text,
    r.data -> 'recipient' -> 0 ->> 'code' as recipient_code,
    r.data -> 'recipient' -> 0 ->> 'sector' as recipient_sector,
    r.data -> 'recipient' -> 0 ->> 'name' as recipient_name,
    r.data -> 'recipient' -> 0 ->> 'text' as recipient_text,
    r.data -> 'claimed_by' -> 0 ->> 'name' as claimed_by,
    r.data ->> 'quote' as quote,
    r.data -> 'location' ->> 'name' as location,
    r.data -> 'location' ->> 'country' as location_country,
    (r.data ->> 'confidence')::float8 as confidence,
    r.data -> 'evidence' ->> 'text' as sentence,
    r.data -> 'article' ->> 'title' as title,
    r.data -> 'article' ->> 'source' as source,
    r.data -> 'article' ->> 'url' as link,
    r.data -> 'article' ->> 'published' as published,
    r.data ->> 'coder' as coder,
    r.coded_at,
    r.data
from record r
left join log l on l.record_id = r.id
where r.type = 'event';
comment on view event is 'One row an event, one column a PLOVER field; data holds the whole record.';

create view quote as
select
    l.seq,
    r.uuid as id,
    r.article_id,
    r.data ->> 'text' as text,
    r.data -> 'speaker' ->> 'name' as speaker,
    r.data -> 'speaker' ->> 'code' as speaker_code,
    r.data ->> 'kind' as kind,
    r.data ->> 'cue' as cue,
    r.data
from record r
left join log l on l.record_id = r.id
where r.type = 'quote';

-- Least privilege: what each executable does, and nothing else.
grant select, insert on article to tidings_ingest;
grant insert on sighting, job to tidings_ingest;
grant select, insert, update, delete on service to tidings_ingest, tidings_hub, tidings_watch;

grant select, update (coded_at) on article to tidings_hub;
grant select, update, delete on job to tidings_hub;
grant select, insert on record, log to tidings_hub;
grant select, insert, delete on outbox to tidings_hub;
grant select, insert, update on topic_head to tidings_hub;
grant select, update on log_head to tidings_hub;

grant select, insert, update on subscription_cursor, dyad_day to tidings_watch;

grant select on all tables in schema public to tidings_operator;
grant update (state, attempt, run_at, lease_until, lease_owner, last_error) on job to tidings_operator;
