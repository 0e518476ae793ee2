-- What watch makes of the log: reports, incidents, stories, indices, alerts and briefs; and what people say is wrong.

create extension if not exists pg_trgm;

create table article_entry (
    article_id uuid primary key references article,
    seq bigint not null unique,
    at timestamptz not null,
    origin_id uuid not null,
    published timestamptz,
    day date not null,
    title text,
    source text,
    document_type text,
    not_coded text,
    events int not null,
    quotes int not null,
    search tsvector not null
);
create index on article_entry using gin (search) with (gin_pending_list_limit = 256);
create index on article_entry (source, seq);
create index on article_entry (day);
comment on table article_entry is 'One row an article whose record is in the log and that no later version replaced; at and seq are the log''s.';
comment on column article_entry.day is 'The day of publication, or of arrival when the article does not tell it.';

create table report (
    seq bigint primary key,
    id uuid not null unique references record (uuid),
    at timestamptz not null,
    article_id uuid not null references article,
    origin_id uuid not null,
    incident_id uuid not null,
    day date not null,
    is_dated boolean not null,
    event text not null,
    mode text,
    quad smallint not null,
    scale real not null,
    status text not null,
    historical boolean not null,
    confidence real,
    actor text not null,
    recipient text not null,
    names text[] not null,
    keys text[] not null,
    place text,
    latitude real,
    longitude real
);
create index on report (article_id);
create index on report (incident_id);
-- What came last is in a list that every search reads: short ones.
create index on report using gin (keys) with (gin_pending_list_limit = 256);
create index on report using gin (names) with (gin_pending_list_limit = 256);
create index on report (actor, recipient, seq);
create index on report (at);
create index on report (day);
comment on table report is 'One row an event as one article reports it, what holds now: corrected events stand as corrected, retracted ones are gone.';
comment on column report.keys is 'name=value, as filters see an event.';
comment on column report.names is 'Resolved names of actors, recipients and claimants.';
comment on column report.day is 'The day of the act; of publication or arrival when is_dated is false.';

create table quote_entry (
    seq bigint primary key,
    id uuid not null unique references record (uuid),
    at timestamptz not null,
    article_id uuid not null references article,
    speaker text,
    speaker_code text,
    kind text not null,
    text text not null
);
create index on quote_entry (article_id);
create index on quote_entry (speaker, seq);
create index on quote_entry (speaker_code, seq);

create table entity (
    id uuid primary key,
    name text not null,
    type text not null,
    code text,
    sector text,
    office text,
    wikidata text,
    aliases text[] not null default '{}',
    articles bigint not null,
    first_seq bigint not null,
    last_seq bigint not null
);
create index on entity using gin (name gin_trgm_ops);
create index on entity (articles, id);
create table entity_article (
    entity_id uuid not null references entity,
    seq bigint not null,
    article_id uuid not null references article,
    mentions int not null,
    primary key (entity_id, seq)
);
create index on entity_article (article_id);
comment on table entity is 'Who and what articles name. An entity whose articles were all replaced stays, in 0 articles.';
comment on column entity.articles is 'How many articles that hold name it; first_seq and last_seq count all that ever did.';

create table incident (
    id uuid primary key,
    first_seq bigint not null,
    last_seq bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    day date not null,
    event text not null,
    mode text,
    quad smallint not null,
    status text not null,
    actor text not null,
    recipient text not null,
    countries text[] not null,
    place text,
    latitude real,
    longitude real,
    reports int not null,
    origins int not null,
    confidence real,
    merged_into uuid references incident,
    data json not null
);
-- With all that lists of incidents choose by: what is rare is looked for along the key.
create index on incident (last_seq, id)
    include (first_seq, day, event, mode, quad, status, actor, recipient, countries, confidence, merged_into);
create index on incident (first_seq, id)
    include (last_seq, day, event, mode, quad, status, actor, recipient, countries, confidence, merged_into);
create index on incident (actor, recipient, last_seq);
create index on incident using gin (countries);
create index on incident (day);
-- With all that the map shows.
create index on incident (day) include (place, latitude, longitude, reports, status, quad, last_seq, id)
    where merged_into is null and place is not null and latitude is not null;
create index on incident (merged_into) where merged_into is not null;
comment on table incident is 'The same act across articles; data holds the reports'' ledger: who claims, who denies, changes of status, best evidence.';
comment on column incident.origins is 'Independent reports: copies of one wire report count once.';

create table incident_key (
    key text not null,
    first_seq bigint not null,
    incident_id uuid not null references incident,
    primary key (key, first_seq, incident_id)
);
comment on table incident_key is 'What a report that may be of the same incident has in common with it: candidates are found by it.';

create table story (
    id uuid primary key,
    first_seq bigint not null,
    last_seq bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    headline text not null,
    articles int not null,
    origins int not null,
    countries text[] not null,
    closed boolean not null default false,
    merged_into uuid references story,
    data json not null,
    state json not null
);
create index on story (last_seq, id);
create index on story (first_seq, id);
create index on story (id) where not closed;
create index on story using gin (countries);
comment on column story.articles is '0 in a story that went into another one or lost its last article.';
comment on column story.closed is 'No further article joins it by likeness: idle for long, one too many, or merged.';
comment on column story.data is 'What readers see: key people and places, timeline.';
comment on column story.state is 'What the next article is compared with.';

create table story_article (
    article_id uuid primary key references article,
    story_id uuid not null references story,
    origin_id uuid not null,
    seq bigint not null,
    at timestamptz not null,
    day date not null,
    similarity real not null,
    terms bytea not null,
    digest json not null
);
create index on story_article (story_id, seq);
create index on story_article (origin_id);
comment on column story_article.similarity is 'To the story when the article came; 1 for its first.';
comment on column story_article.terms is 'What it is compared by: four bytes a term and four its weight, little-endian.';
comment on column story_article.digest is 'What readers of the story see of it.';

create table story_change (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    seq bigint not null,
    kind text not null check (kind in ('merge', 'split')),
    story_id uuid not null references story,
    other_id uuid not null references story
);
create index on story_change (story_id);
comment on table story_change is 'merge: other_id went into story_id; split: other_id came out of story_id.';

-- The indices: sums beside the counts.
alter table dyad_day
    add column quad smallint not null default 0,
    add column scale_sum float8 not null default 0;
-- Everything here is made from the log: watch reads it once more from its beginning.
truncate dyad_day;
delete from subscription_cursor where name = 'watch';
-- With all that is summed: a frequent country has a hundred thousand rows.
create index on dyad_day (actor, recipient, day) include (event, status, quad, count, scale_sum);
create index on dyad_day (actor, day) include (recipient, status, quad, count, scale_sum);
create index on dyad_day (recipient, day) include (actor, status, quad, count, scale_sum);
comment on column dyad_day.scale_sum is 'Sum of PLOVER intensities; over count it is the mean.';

create table country_day (
    code text not null,
    direction text not null check (direction in ('actor', 'recipient')),
    day date not null,
    quad smallint not null,
    status text not null,
    count bigint not null,
    scale_sum float8 not null,
    primary key (code, direction, day, quad, status) include (count, scale_sum)
);
comment on table country_day is 'The sums of dyad_day over the other party and the type: a year of a great power is thousands of rows, not a hundred thousand.';

create table dyad_month (
    actor text not null,
    recipient text not null,
    month date not null check (extract(day from month) = 1),
    quad smallint not null,
    count bigint not null,
    happened bigint not null,
    primary key (actor, recipient, month, quad) include (count, happened)
);
create index on dyad_month (recipient, month) include (actor, quad, count, happened);
comment on table dyad_month is 'The sums of dyad_day by month, over types and statuses: what overviews of years add up.';
comment on column dyad_month.month is 'Its first day.';
comment on column dyad_month.happened is 'How many of them are reported as having happened.';

create table rule_state (
    rule text not null,
    key text not null,
    state json not null,
    primary key (rule, key)
);
comment on table rule_state is 'What an alert rule remembers, by the value of its group_by; written with the cursor.';

create table alert (
    id uuid primary key,
    seq bigint not null,
    at timestamptz not null,
    rule text not null,
    severity text not null,
    key text not null,
    title text not null,
    importance real,
    credibility real,
    data json not null
);
create index on alert (at, id);
create index on alert (seq, id);
create index on alert (rule, at);
comment on table alert is 'What fired; data shows why and the evidence.';

create table alert_delivery (
    alert_id uuid not null references alert,
    sink text not null,
    settings json not null default '{}',
    state text not null default 'waiting' check (state in ('waiting', 'delivered', 'failed')),
    attempts int not null default 0,
    due_at timestamptz not null default now(),
    detail text check (length(detail) <= 2000),
    primary key (alert_id, sink)
);
create index on alert_delivery (due_at) where state = 'waiting';
comment on column alert_delivery.settings is 'The sink''s settings in the rule that fired, as they were then.';

create table brief (
    id uuid primary key,
    made_at timestamptz not null default now(),
    scope text not null,
    since timestamptz not null,
    until timestamptz not null,
    seq bigint not null,
    data json not null
);
create index on brief (scope, made_at);
create index on brief (made_at, id);
comment on table brief is 'Summaries that were asked for; scope is story:ID, article:ID, country:RUS or dyad:RUS-USA.';

create table feedback (
    id uuid primary key,
    at timestamptz not null default now(),
    event_id uuid not null references record (uuid),
    article_id uuid not null references article,
    by_whom text not null check (length(by_whom) <= 200),
    wrong text not null,
    reason text not null check (length(reason) <= 2000),
    correction json,
    record_id uuid
);
create index on feedback (event_id);
create index on feedback (article_id);
comment on table feedback is 'Wrong because …: what a person says of an event; record_id is the correction or retraction that went into the log.';

alter table record drop constraint record_type_check;
alter table record add constraint record_type_check
    check (type in ('event', 'quote', 'article', 'event.retracted', 'event.corrected', 'quote.retracted', 'alert'));

-- What fires because nothing came has no article.
alter table record alter column article_id drop not null;
alter table record add constraint record_article_check check (article_id is not null or type = 'alert');

grant select on article, record, log, log_head, sighting, outbox, job, article_default to tidings_watch;
grant insert on record, outbox to tidings_watch;
grant select, insert, update, delete on article_entry, report, quote_entry, entity, entity_article, incident, incident_key, story,
    story_article, story_change, country_day, dyad_month, rule_state, alert, alert_delivery, brief, feedback to tidings_watch;
grant delete on dyad_day to tidings_watch;
grant select on all tables in schema public to tidings_operator;
grant insert on brief, feedback, record, outbox to tidings_operator;
grant select on feedback to tidings_hub;
-- To have watch make its tables anew (tidings rebuild).
grant truncate on article_entry, report, quote_entry, entity, entity_article, incident, incident_key, story, story_article,
    story_change, rule_state, dyad_day, country_day, dyad_month to tidings_operator;
grant delete on subscription_cursor to tidings_operator;

-- Two versions of an item that were stored at once took each other's place, and neither was coded: the later one is coded now.
with freed as (
    update article a set superseded_by = null, coded_at = null from article b
    where a.superseded_by = b.id and b.superseded_by = a.id
        and (select min(id) from sighting where article_id = a.id) > (select min(id) from sighting where article_id = b.id)
    returning a.id
)
insert into job (article_id) select id from freed on conflict do nothing;
