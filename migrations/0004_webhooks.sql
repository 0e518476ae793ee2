-- Webhooks: where they stand and what became of each attempt.

create table webhook (
    name text primary key check (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    epoch uuid,
    seq bigint,
    state text not null default 'active' check (state in ('active', 'disabled')),
    reason text check (length(reason) <= 2000),
    failures int not null default 0,
    failing_since timestamptz,
    next_at timestamptz,
    delivered bigint not null default 0,
    revision bigint not null default 0,
    updated_at timestamptz not null default now(),
    check ((epoch is null) = (seq is null))
);
comment on table webhook is 'How far each endpoint has acknowledged the log; written with the note of the attempt that moved it.';
comment on column webhook.seq is 'Everything up to here was acknowledged or does not match the filter; null until the first connection to the feed.';
comment on column webhook.failures is 'Failed attempts of the event after seq.';
comment on column webhook.revision is 'Raised by a person''s change, which the worker then follows: what it wrote on the old one has no effect.';

create table webhook_attempt (
    webhook text not null references webhook on delete cascade,
    at timestamptz not null,
    seq bigint not null,
    record text not null,
    attempt int not null,
    outcome text not null check (outcome in ('delivered', 'failed', 'disabled')),
    status int,
    milliseconds int not null,
    detail text check (length(detail) <= 2000),
    primary key (webhook, at, seq)
);
comment on table webhook_attempt is 'The last attempts of each endpoint; detail is the reason, or the beginning of the answer.';

grant select, insert, update, delete on webhook, webhook_attempt to tidings_watch;
grant select on webhook, webhook_attempt to tidings_operator;
grant update, delete on webhook to tidings_operator;
