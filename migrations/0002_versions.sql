-- What an article says about itself beyond its text, versions of one item, and reports that go back to one origin.

alter table article
    add column language_reason text,
    add column item text check (length(item) <= 2000),
    add column item_version text,
    add column agency text,
    add column embargo text,
    add column usage_terms text,
    add column attribution text,
    add column fingerprint bigint[],
    add column origin_id uuid references article,
    add column superseded_by uuid references article;
comment on column article.item is 'What stays the same from version to version: a GUID, a NewsML id, or the address.';
comment on column article.attribution is 'The medium that the text names as its source: “Reuters reported”.';
comment on column article.origin_id is 'The earliest report with nearly the same text; null for an article that is its own origin.';
comment on column article.superseded_by is 'The next version of the same item.';
create index on article (item) where item is not null and superseded_by is null;
create index on article (superseded_by) where superseded_by is not null;
create index on article (origin_id) where origin_id is not null;

create table fingerprint_band (
    band bigint not null,
    article_id uuid not null references article,
    primary key (band, article_id)
);
comment on table fingerprint_band is 'Locality-sensitive index of the articles'' fingerprints: near-duplicates share a band.';

alter table record drop constraint record_type_check;
alter table record add constraint record_type_check
    check (type in ('event', 'quote', 'article', 'event.retracted', 'event.corrected', 'quote.retracted'));
alter table record add column retracts uuid references record (uuid);
create unique index on record (retracts) where retracts is not null;
comment on column record.retracts is 'The record that this correction or retraction takes the place of.';

-- What holds now: corrections stand for what they correct, and what was retracted is left out.
create or replace view event as
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
where r.type in ('event', 'event.corrected')
    and not exists (select from record later where later.retracts = r.uuid);

create or replace view quote as
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
where r.type = 'quote' and not exists (select from record later where later.retracts = r.uuid);

grant select, insert on fingerprint_band to tidings_ingest;
grant update (superseded_by) on article to tidings_ingest;
grant select on all tables in schema public to tidings_operator;
