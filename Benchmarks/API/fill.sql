-- Fills an empty, migrated database as years of work would: articles, their records in the log, and all that watch derives of them.
--
--   psql -c "set bench.articles = 100000" -c "set bench.events = 1000000" -f Benchmarks/API/fill.sql      (as the owner of the cluster)
--
-- What occurs, occurs as it does in news: words, countries, people and sources by Zipf's law, acts in bursts, most reports of a few incidents.
-- Ids are hashes of numbers and random() is seeded, so that two fillings are the same but for the hour they end at, which is now.

set session_replication_role = replica;   -- no trigger looks up what is known to be there
set synchronous_commit = off;
set maintenance_work_mem = '512MB';
set work_mem = '256MB';
set max_parallel_workers_per_gather = 0;  -- random() in one order
select setseed(0.2016);

-- Indices are made at the end, at once.
create temp table bench_index as
select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
from pg_index i join pg_class t on t.oid = i.indrelid
where t.relnamespace = 'public'::regnamespace and not i.indisunique;
do $$ declare one record; begin
    for one in select * from bench_index loop execute 'drop index ' || one.name; end loop;
end $$;

-- 1. What texts are made of ----------------------------------------------------------------------------------------------------------

create function pg_temp.zipf(most int) returns int language sql volatile
as 'select least(most, floor(power(most + 1, random()))::int)';

create function pg_temp.word(n bigint) returns text language sql immutable as $$
    select (array['b','br','c','d','dr','f','g','gr','h','k','l','m','n','p','pr','r','s','st','t','tr','v','z'])[1 + n % 22]
        || (array['a','e','i','o','u','ai','ou'])[1 + n / 22 % 7]
        || (array['l','m','n','r','s','t','nd','st','k','v'])[1 + n / 154 % 10]
        || (array['a','e','i','o'])[1 + n / 1540 % 4] || (array['n','s','r','l','d','m'])[1 + n / 6160 % 6]
        || case when n >= 36960 then pg_temp.word(n / 36960) else '' end
$$;

create temp table bench_word as
select rank::int, word from unnest(array['the','government','of','minister','and','president','in','police','said','talks','to','attack',
    'oil','on','troops','border','with','sanctions','for','court','election','at','leader','peace','from','army','security','by','protest',
    'capital','after','killed','trade','rebels','over','ceasefire','foreign','week','officials','agreement','opposition','that','nuclear',
    'parliament','aid','strike','accused','support','arrested','visit','human','rights','before','missile','refugees','new','deal','war',
    'budget','bank','vote','energy','gas','crisis','under','workers','union','river','village','earthquake','ambassador','spy','embassy'])
    with ordinality as known(word, rank)
union all
select rank, pg_temp.word(rank * 7 + 11) from generate_series(74, 20000) rank;

-- Eight words, most of them common; each phrase stands in about ten articles.
create temp table bench_phrase as
select n, string_agg(word, ' ') as phrase
from (select n, pg_temp.zipf(20000) as rank from generate_series(1, 200000) n, generate_series(1, 8)) drawn join bench_word using (rank)
group by n;
create unique index on bench_phrase (n);

create temp table bench_country as
select rank::int, split_part(one, ':', 1) as code, nullif(split_part(one, ':', 2), '') as name, nullif(split_part(one, ':', 3), '') as capital,
    nullif(split_part(one, ':', 4), '')::real as latitude, nullif(split_part(one, ':', 5), '')::real as longitude
from unnest(string_to_array('USA:United States:Washington:38.9:-77.04,RUS:Russia:Moscow:55.75:37.62,CHN:China:Beijing:39.9:116.4,'
    || 'ISR:Israel:Jerusalem:31.78:35.22,IRN:Iran:Tehran:35.69:51.39,GBR:United Kingdom:London:51.51:-0.13,FRA:France:Paris:48.86:2.35,'
    || 'DEU:Germany:Berlin:52.52:13.4,UKR:Ukraine:Kyiv:50.45:30.52,SYR:Syria:Damascus:33.51:36.29,IRQ:Iraq:Baghdad:33.31:44.36,'
    || 'TUR:Turkey:Ankara:39.93:32.86,PAK:Pakistan:Islamabad:33.69:73.06,IND:India:New Delhi:28.61:77.21,PSE:Palestine:Ramallah:31.9:35.2,'
    || 'AFG:Afghanistan:Kabul:34.53:69.17,EGY:Egypt:Cairo:30.04:31.24,SAU:Saudi Arabia:Riyadh:24.71:46.68,JPN:Japan:Tokyo:35.68:139.69,'
    || 'PRK:North Korea:Pyongyang:39.04:125.76,KOR:South Korea:Seoul:37.57:126.98,LBN:Lebanon:Beirut:33.89:35.5,YEM:Yemen:Sanaa:15.37:44.19,'
    || 'LBY:Libya:Tripoli:32.89:13.19,VEN:Venezuela:Caracas:10.48:-66.9,MMR:Myanmar:Naypyidaw:19.76:96.08,SDN:Sudan:Khartoum:15.5:32.56,'
    || 'NGA:Nigeria:Abuja:9.08:7.4,ETH:Ethiopia:Addis Ababa:9.03:38.74,POL:Poland:Warsaw:52.23:21.01,ITA:Italy:Rome:41.9:12.5,'
    || 'ESP:Spain:Madrid:40.42:-3.7,BRA:Brazil:Brasilia:-15.79:-47.88,MEX:Mexico:Mexico City:19.43:-99.13,AUS:Australia:Canberra:-35.28:149.13,'
    || 'CAN:Canada:Ottawa:45.42:-75.7,COL:Colombia:Bogota:4.71:-74.07,CUB:Cuba:Havana:23.11:-82.37,GRC:Greece:Athens:37.98:23.73,'
    || 'ZAF:South Africa:Pretoria:-25.75:28.19,SOM:Somalia:Mogadishu:2.05:45.32,COD:Congo:Kinshasa:-4.44:15.27,BLR:Belarus:Minsk:53.9:27.57,'
    || 'GEO:Georgia:Tbilisi:41.72:44.79,ARM:Armenia:Yerevan:40.18:44.5,AZE:Azerbaijan:Baku:40.41:49.87,THA:Thailand:Bangkok:13.76:100.5,'
    || 'PHL:Philippines:Manila:14.6:120.98,IDN:Indonesia:Jakarta:-6.21:106.85,TWN:Taiwan:Taipei:25.03:121.57,'
    || 'UNO:United Nations:::,EUR:European Union:::,IGO::::,NGO::::,IMG::::,VNM::::,MLI::::,KEN::::,TUN::::,DZA::::,MAR::::,SWE::::,NOR::::,FIN::::,'
    || 'NLD::::,BEL::::,CHE::::,AUT::::,HUN::::,ROU::::,BGR::::,SRB::::,XKX::::,BIH::::,HRV::::,ALB::::,MKD::::,MDA::::,LVA::::,LTU::::,EST::::,'
    || 'CZE::::,SVK::::,PRT::::,IRL::::,DNK::::,ISL::::,ARG::::,CHL::::,PER::::,BOL::::,ECU::::,PRY::::,URY::::,HTI::::,NIC::::,HND::::,SLV::::,'
    || 'GTM::::,PAN::::,JAM::::,UGA::::,RWA::::,BDI::::,TZA::::,MOZ::::,ZWE::::,ZMB::::,AGO::::,CMR::::,TCD::::,NER::::,BFA::::,CIV::::,GHA::::,'
    || 'SEN::::,GMB::::,GIN::::,SLE::::,LBR::::,ERI::::,DJI::::,JOR::::,KWT::::,BHR::::,QAT::::,ARE::::,OMN::::,KAZ::::,UZB::::,TKM::::,KGZ::::,'
    || 'TJK::::,MNG::::,NPL::::,BGD::::,LKA::::,MDV::::,KHM::::,LAO::::,MYS::::,SGP::::,BRN::::,PNG::::,FJI::::,NZL::::,CYP::::,MLT::::,LUX::::,'
    || 'SVN::::,MNE::::,GUY::::,TLS::::,WSM::::,TON::::', ',')) with ordinality as known(one, rank);

-- A hundredth of all acts a slot.
create temp table bench_act as
select (row_number() over ())::int as slot, event, mode, verb, quad::smallint, scale::real, cameo, goldstein::real
from (values
    ('CONSULT', 'visit', 'visited', 1, 4, '042', 1.9, 8), ('CONSULT', null, 'met', 1, 2.5, '040', 1, 12), ('AGREE', null, 'agreed with', 1, 2.5, '057', 8, 6),
    ('SUPPORT', null, 'praised', 1, 5, '051', 3.4, 6), ('CONCEDE', null, 'yielded to', 1, 4.5, '080', 5, 2), ('COOPERATE', null, 'worked with', 2, 9.5, '060', 6, 4),
    ('AID', null, 'gave aid to', 2, 10, '071', 7.4, 4), ('RETREAT', 'withdraw', 'withdrew from', 2, 8, '087', 5, 2), ('RETREAT', 'release', 'released', 2, 6.5, '0841', 7, 2),
    ('REQUEST', 'change', 'urged', 3, -1, '102', -5, 8), ('ACCUSE', 'disapprove', 'condemned', 3, -2, '111', -2, 7), ('ACCUSE', 'investigate', 'investigated', 3, -3.5, '090', -2, 4),
    ('REJECT', 'change', 'rejected', 3, -2, '120', -4, 5), ('THREATEN', 'violence', 'threatened', 3, -3.5, '138', -7, 4), ('PROTEST', 'demo', 'protested against', 4, -5, '141', -6.5, 5),
    ('SANCTION', 'expel', 'expelled', 4, -5.5, '161', -4, 2), ('SANCTION', 'convict', 'convicted', 4, -6, null, null, 2), ('MOBILIZE', 'troops', 'massed troops at', 4, -6.5, '152', -7.2, 3),
    ('COERCE', 'arrest', 'arrested', 4, -7, '173', -5, 5), ('COERCE', 'cyber', 'hacked', 4, -7, '176', -7, 1), ('ASSAULT', 'explosives', 'bombed', 4, -9, '183', -10, 4),
    ('ASSAULT', 'firearms', 'shot', 4, -9, '190', -10, 4)
) as kinds(event, mode, verb, quad, scale, cameo, goldstein, share), generate_series(1, share);

create temp table bench_entity as
select rank, case when place is null then kind else 'COUNTRY' end as type, md5('entity' || rank)::uuid as id, code,
    coalesce(place, case kind
        when 'ORG' then initcap(pg_temp.word(rank * 5)) || ' ' || (array['Party', 'Front', 'Company', 'Bank', 'University', 'Brigade', 'Ministry'])[1 + rank % 7]
        when 'LOC' then initcap(pg_temp.word(rank * 3))
        else (array['Viktor', 'Amina', 'John', 'Maria', 'Sergei', 'Hassan', 'Li', 'Fatima', 'Jean', 'Olga', 'Ahmed', 'Ana', 'Ivan', 'Rosa'])[1 + rank % 14]
            || ' ' || initcap(pg_temp.word(rank * 9)) end) as name,
    case when place is not null or kind = 'LOC' then null
        else (array['GOV', 'GOV', 'GOV', 'MIL', 'OPP', 'REB', 'COP', 'BUS', 'LEG', 'JUD', 'CVL'])[1 + rank % 11] end as sector,
    case when place is null and kind = 'PER' and rank % 5 = 0 then 'minister' end as office
from (
    -- Countries are among the most named: every third rank is one as long as there are any.
    select e.rank, (array['PER', 'PER', 'PER', 'ORG', 'PER', 'LOC', 'PER', 'ORG', 'PER', 'PER'])[1 + e.rank % 10] as kind,
        coalesce(own.code, other.code) as code, own.name as place
    from (select rank::int, pg_temp.zipf(155) as drawn from generate_series(1, 30000) rank) e
    left join bench_country own on e.rank % 3 = 1 and own.rank = e.rank / 3 + 1 and own.name is not null
    left join bench_country other on other.rank = e.drawn
) drawn;
create unique index on bench_entity (rank);

-- 2. Articles, acts and who reports them ---------------------------------------------------------------------------------------------

create temp table bench_article as
select n, md5('article' || n)::uuid as id, quotes, at, at::date - (random() < 0.1)::int as day,
    -- A fifth are copies of something that came shortly before.
    case when random() < 0.2 then greatest(1, n - pg_temp.zipf(500)) else n end as origin,
    -- Stories begin with every fifth article, and the young ones get most.
    n / 5 - (pg_temp.zipf(2000) - 1) % (n / 5 + 1) as story,
    case source when 1 then 'Reuters' when 2 then 'AFP' when 3 then 'Associated Press' when 4 then 'BBC News' when 5 then 'Xinhua'
        else 'The ' || initcap(pg_temp.word(source * 17)) || ' Times' end as source,
    (array['news', 'news', 'news', 'news', 'news', 'opinion', 'court', 'sport', 'markets', 'obituary'])[1 + n % 10] as document_type
from (
    select n, floor(random() * 6)::int as quotes, pg_temp.zipf(300) as source,
        now() - interval '400 days' * (1 - n::float8 / current_setting('bench.articles')::int) as at
    from generate_series(1, current_setting('bench.articles')::int) n
) drawn;

-- How often acts are reported: most once, a few hundreds of times.
create temp table bench_incident as
select * from (
    select i, act, actor, recipient, size, first, back, sum(size) over (order by i) as total
    from (
        select i, 1 + floor(random() * 100)::int as act, pg_temp.zipf(30000) as actor, pg_temp.zipf(30000) as recipient,
            least(300, floor(power(1 - random(), -0.67)))::int as size, 1 + floor(random() * current_setting('bench.articles')::int)::int as first,
            -- The act is of the day before the article, most of the time; sometimes of years ago.
            case when random() < 0.6 then 0 when random() < 0.9 then 1 else pg_temp.zipf(4000) end as back
        from generate_series(1, current_setting('bench.events')::int * 2 / 5) i
    ) drawn
) counted where total <= current_setting('bench.events')::int;

create temp table bench_report as
select n, i, article, status, confidence, historical, phrase, dated, row_number() over (partition by article order by n)::int as sentence
from (
    select row_number() over ()::int as n, i,
        -- Reports come soon after the first; every fourth article has no event.
        case when article % 4 = 0 then greatest(1, article - 1) else article end as article,
        (array['happened', 'alleged', 'announced', 'proposed', 'threatened', 'denied', 'negated', 'hypothetical'])[
            case when random() < 0.7 then 1 else 1 + pg_temp.zipf(7) end] as status,
        case when random() < 0.95 then round((0.4 + 0.55 * random())::numeric, 3)::real end as confidence,
        random() < 0.08 as historical, 1 + floor(random() * 200000)::int as phrase, random() < 0.85 as dated
    from (
        select i, least(current_setting('bench.articles')::int, first + case k when 1 then 0 else pg_temp.zipf(3000) end) as article
        from bench_incident, generate_series(1, size) k
    ) spread
) drawn;
analyze bench_report, bench_article, bench_incident;

-- An article's own words: its lead, and how many records the log had before it.
create temp table bench_block as
select a.n, a.quotes, coalesce(c.events, 0)::int as events, initcap(split_part(l.lead, ' ', 1)) || substr(l.lead, strpos(l.lead, ' ')) || '.' as lead,
    sum(a.quotes + coalesce(c.events, 0) + 1) over (order by a.n) - a.quotes - coalesce(c.events, 0) - 1 as before
from bench_article a
join (
    select n, string_agg(phrase, ' ') as lead
    from (select n, 1 + floor(random() * 200000)::int as drawn from generate_series(1, current_setting('bench.articles')::int) n, generate_series(1, 8)) d
    join (select n as drawn, phrase from bench_phrase) f using (drawn) group by n
) l using (n)
left join (select article as n, count(*) as events from bench_report group by article) c using (n);

-- What the events say; start is where the sentence begins in its article.
create temp table bench_event as
select *, (length(lead) + 1 + coalesce(sum(length(sentence_text) + 1) over (partition by article order by sentence
    rows between unbounded preceding and 1 preceding), 0))::int as start
from (
    select r.n, r.i, r.article, r.sentence, r.status, r.confidence, r.historical, r.dated, (b.before + b.quotes + r.sentence)::bigint as seq, b.lead,
        md5('event' || r.n)::uuid as id, a.at, a.day - i.back as day, k.event, k.mode, k.verb, k.quad, k.scale, k.cameo, k.goldstein,
        who.name as actor_name, who.code as actor, who.sector as actor_sector, who.office as actor_office, who.rank as actor_rank,
        whom.name as recipient_name, whom.code as recipient, whom.sector as recipient_sector, whom.rank as recipient_rank,
        w.capital as place, w.code as place_code, w.latitude, w.longitude,
        who.name || ' ' || k.verb || ' ' || whom.name || coalesce(' in ' || w.capital, '') || ' ' || f.phrase || '.' as sentence_text
    from bench_report r
    join bench_block b on b.n = r.article
    join bench_article a on a.n = r.article
    join bench_incident i using (i)
    join bench_act k on k.slot = i.act
    join bench_entity who on who.rank = i.actor
    join bench_entity whom on whom.rank = i.recipient
    left join bench_country w on w.code = whom.code and w.capital is not null and i.i % 5 < 3
    join bench_phrase f on f.n = r.phrase
) told;
analyze bench_event, bench_block;

-- Who is named where: the parties of its events, and others.
create temp table bench_mention as
select article, rank, count(*)::int as mentions from (
    select article, actor_rank as rank from bench_event union all select article, recipient_rank from bench_event
    union all select n, pg_temp.zipf(30000) from bench_article, generate_series(1, 4)
) named group by article, rank;

create temp table bench_quote as
select q.n, md5('quote' || q.n || '/' || q.k)::uuid as id, (q.before + q.k)::bigint as seq, e.name, e.code, e.rank, f.phrase,
    (array['direct', 'direct', 'indirect', 'mixed'])[1 + (q.n + q.k) % 4] as kind
from (
    select b.n, k, b.before, pg_temp.zipf(30000) as speaker, 1 + floor(random() * 200000)::int as phrase
    from bench_block b, generate_series(1, b.quotes) k
) q join bench_entity e on e.rank = q.speaker join bench_phrase f on f.n = q.phrase;

-- 3. What ingest, the extractors and the hub store -----------------------------------------------------------------------------------

insert into article (id, sha256, format, title, source, url, language, published, dateline, text, received_at, coded_at, origin_id)
select a.id, decode(md5('article' || n) || md5('bytes' || n), 'hex'), 'text', initcap(substring(b.lead from '^(?:\S+ ){6}\S+')), a.source,
    'https://news.example.org/' || n, 'en', a.day::text, null, b.lead || coalesce(' ' || e.text, ''), a.at, a.at,
    case when a.origin < a.n then md5('article' || a.origin)::uuid end
from bench_article a join bench_block b using (n)
left join (select article as n, string_agg(sentence_text, ' ' order by sentence) as text from bench_event group by article) e using (n);

create temp table bench_reference as
select a.n, b.before, json_build_object('id', t.id, 'title', t.title, 'source', t.source, 'url', t.url, 'published', t.published,
    'dateline', t.dateline, 'origin', t.origin_id) as json, ' source=' || replace(lower(t.source), ' ', '%20') as key
from bench_article a join bench_block b using (n) join article t on t.id = a.id;

-- Keys and data as RecordKeys and the codecs of Records write them.
insert into record (id, uuid, article_id, type, topic, keys, data, coded_at) overriding system value
select e.seq, e.id, md5('article' || e.article)::uuid, 'event', concat('event/', e.event, '/', e.actor, '/', e.recipient, '/'),
    concat('type=event event=', e.event, ' status=', e.status, ' quad=', e.quad, ' historical=', e.historical::text, ' confidence=' || to_char(e.confidence, 'FM0.000'),
        ' cameo=' || left(e.cameo, 2), ' cameo=' || left(e.cameo, 3), case when length(e.cameo) > 3 then ' cameo=' || e.cameo end, ' mode=' || e.mode,
        ' actor=', e.actor, ' recipient=', e.recipient, ' country=', e.actor, case when e.actor <> e.recipient then ' country=' || e.recipient end,
        ' sector=' || e.actor_sector, case when e.recipient_sector <> coalesce(e.actor_sector, '') then ' sector=' || e.recipient_sector end,
        ' place=' || replace(lower(e.place), ' ', '%20'), ' place=' || lower(e.place_code), r.key),
    json_build_object('id', e.id, 'date', case when e.dated then e.day end, 'date_text', null, 'event', e.event,
        'mode', array_remove(array[e.mode], null), 'context', array[]::text[], 'cameo', e.cameo, 'quad_code', e.quad, 'event_scale', e.scale,
        'goldstein', e.goldstein, 'status', e.status, 'historical', e.historical,
        'claimed_by', case when e.status in ('alleged', 'denied') then json_build_array(json_build_object('text', e.recipient_name, 'name', e.recipient_name,
            'code', e.recipient, 'sector', e.recipient_sector)) else '[]' end,
        'actor', json_build_array(json_build_object('text', e.actor_name, 'name', e.actor_name, 'code', e.actor, 'sector', e.actor_sector, 'office', e.actor_office)),
        'recipient', json_build_array(json_build_object('text', e.recipient_name, 'name', e.recipient_name, 'code', e.recipient, 'sector', e.recipient_sector)),
        'quote', null, 'quantity', '[]'::json,
        'location', case when e.place is not null then json_build_object('text', e.place, 'name', e.place, 'country', e.place_code) end,
        'confidence', round(e.confidence::numeric, 3),
        'evidence', json_build_object('sentence', e.sentence, 'text', e.sentence_text, 'start', e.start,
            'event', json_build_array(json_build_array(e.start + length(e.actor_name) + 1, e.start + length(e.actor_name) + 1 + length(e.verb))),
            'actor', json_build_array(json_build_array(e.start, e.start + length(e.actor_name))),
            'recipient', json_build_array(json_build_array(e.start + length(e.actor_name) + length(e.verb) + 2,
                e.start + length(e.actor_name) + length(e.verb) + 2 + length(e.recipient_name))),
            'date', '[]'::json, 'rule', 'verb ' || e.verb),
        'article', r.json, 'coder', 'bench'), e.at
from bench_event e join bench_reference r on r.n = e.article;

insert into record (id, uuid, article_id, type, topic, keys, data, coded_at) overriding system value
select q.seq, q.id, a.id, 'quote', concat('quote/', q.code, '/'), concat('type=quote actor=', q.code, ' country=', q.code, r.key),
    json_build_object('id', q.id, 'text', q.phrase, 'spans', array[array[0, length(q.phrase)]],
        'speaker', json_build_object('name', q.name, 'text', q.name, 'code', q.code), 'kind', q.kind, 'cue', 'said', 'cue_span', array[0, 4], 'article', r.json), a.at
from bench_quote q join bench_article a using (n) join bench_reference r using (n);

insert into record (id, uuid, article_id, type, topic, keys, data, coded_at) overriding system value
select b.before + b.quotes + b.events + 1, md5('record' || n)::uuid, a.id, 'article', 'article/', 'type=article' || r.key,
    json_build_object('id', md5('record' || n)::uuid, 'article', r.json, 'document_type', a.document_type, 'entities', e.json,
        'events', b.events, 'quotes', b.quotes, 'coder', 'bench'), a.at
from bench_article a join bench_block b using (n) join bench_reference r using (n)
join (
    select m.article as n, json_agg(json_build_object('id', e.id, 'name', e.name, 'type', e.type, 'code', e.code, 'sector', e.sector, 'office', e.office,
        'aliases', '[]'::json, 'mentions', json_build_array(json_build_object('text', e.name, 'span', array[0, length(e.name)], 'sentence', 0)))) as json
    from bench_mention m join bench_entity e using (rank) group by m.article
) e using (n);
select setval(pg_get_serial_sequence('record', 'id'), max(id)) from record;

insert into log (seq, tseq, record_id, at) select id, row_number() over (partition by topic order by id), id, coded_at from record;
insert into topic_head (topic, tseq) select topic, count(*) from record group by topic;
update log_head set seq = (select max(seq) from log);

-- 4. What watch makes of it -----------------------------------------------------------------------------------------------------------

insert into article_entry (article_id, seq, at, origin_id, published, day, title, source, document_type, events, quotes, search)
select a.id, b.before + b.quotes + b.events + 1, a.at, md5('article' || a.origin)::uuid, a.day, a.day, t.title, t.source, a.document_type, b.events, b.quotes,
    setweight(to_tsvector('english', t.title), 'A') || to_tsvector('english', t.text)
from bench_article a join bench_block b using (n) join article t on t.id = a.id;

insert into report (seq, id, at, article_id, origin_id, incident_id, day, is_dated, event, mode, quad, scale, status, historical, confidence, actor, recipient,
    names, keys, place, latitude, longitude)
select e.seq, e.id, e.at, a.id, md5('article' || a.origin)::uuid, md5('incident' || e.i)::uuid, case when e.dated then e.day else a.day end, e.dated, e.event, e.mode,
    e.quad, e.scale, e.status, e.historical, e.confidence, e.actor, e.recipient, array[e.actor_name, e.recipient_name], string_to_array(r.keys, ' '),
    e.place, e.latitude, e.longitude
from bench_event e join bench_article a on a.n = e.article join record r on r.id = e.seq;

insert into quote_entry (seq, id, at, article_id, speaker, speaker_code, kind, text)
select q.seq, q.id, a.at, a.id, q.name, q.code, q.kind, q.phrase from bench_quote q join bench_article a using (n);

insert into entity (id, name, type, code, sector, office, aliases, articles, first_seq, last_seq)
select e.id, e.name, e.type, e.code, e.sector, e.office, '{}', m.articles, m.first, m.last
from bench_entity e join (
    select rank, count(*) as articles, min(b.before + b.quotes + b.events + 1) as first, max(b.before + b.quotes + b.events + 1) as last
    from bench_mention m join bench_block b on b.n = m.article group by rank
) m using (rank);
insert into entity_article (entity_id, seq, article_id, mentions)
select e.id, b.before + b.quotes + b.events + 1, md5('article' || m.article)::uuid, m.mentions
from bench_mention m join bench_block b on b.n = m.article join bench_entity e using (rank);

-- What incidents keep of their reports is as long as the real thing: the first 24, each with its words.
insert into incident (id, first_seq, last_seq, first_at, last_at, day, event, mode, quad, status, actor, recipient, countries, place, latitude, longitude,
    reports, origins, confidence, data)
select md5('incident' || i)::uuid, min(seq), max(seq), min(at), max(at), min(day), min(event), min(mode), min(quad), mode() within group (order by status),
    min(actor), min(recipient), array(select distinct unnest(array[min(actor), min(recipient)])), min(place), min(latitude), min(longitude), count(*),
    count(distinct article), max(confidence),
    json_build_object('id', md5('incident' || i)::uuid, 'first_seq', min(seq), 'last_seq', max(seq), 'kept', json_agg(json_build_object('seq', seq, 'at', 0,
        'event', id, 'article', md5('article' || article)::uuid, 'origin', md5('article' || article)::uuid, 'source', 'Reuters', 'status', status,
        'confidence', confidence, 'scale', scale, 'claimed_by', array[]::text[], 'text', sentence_text, 'place', place,
        'act', json_build_object('event', event, 'mode', array[mode], 'day', day, 'isDated', dated, 'earliest', day, 'latest', day, 'place', place,
            'words', string_to_array(sentence_text, ' '), 'trigger', array[verb]))) filter (where report <= 24),
        'reports', count(*), 'by_origin', '{}'::json, 'status', 'happened', 'best', min(id::text), 'credibility', 0.8, 'importance', 0.5)
from (select *, row_number() over (partition by i order by seq) as report from bench_event) e group by i;
insert into incident_key (key, first_seq, incident_id)
select concat(event, '/', actor, '/', recipient, '/', min(day)), min(seq), md5('incident' || i)::uuid from bench_event group by i, event, actor, recipient;

-- A vector of terms as TermVector writes it: so many in ascending order, of the same weight.
create function pg_temp.terms(story bigint, count int) returns bytea language sql immutable as $$
    select decode(string_agg(lpad(to_hex(term & 255), 2, '0') || lpad(to_hex(term >> 8), 2, '0') || '0000cdcccc3d', '' order by term), 'hex')
    from (select (k * 300 + (story * 31 + k * 17) % 300)::int as term from generate_series(1, count) k) terms
$$;

insert into story_article (article_id, story_id, origin_id, seq, at, day, similarity, terms, digest)
select a.id, md5('story' || a.story)::uuid, t.origin_id, t.seq, t.at, t.day, 0.4 + 0.6 * random(), pg_temp.terms(a.story, 40),
    json_build_object('article', a.id, 'day', t.day, 'headline', t.title, 'names', '[]'::json, 'countries', '[]'::json, 'similarity', 0.5)
from bench_article a join article_entry t on t.article_id = a.id;

create temp table bench_story as
select a.story, min(t.seq) as first_seq, max(t.seq) as last_seq, min(t.at) as first_at, max(t.at) as last_at, min(t.title) as headline,
    min(t.day) as first_day, max(t.day) as last_day, count(*) as articles, count(distinct t.origin_id) as origins
from bench_article a join article_entry t on t.article_id = a.id group by a.story;

create temp table bench_cast as
select story, json_agg(one order by place) filter (where type = 'PER') as people, json_agg(one order by place) filter (where type = 'ORG') as organisations,
    json_agg(one order by place) filter (where type = 'LOC') as places
from (
    select story, type, place, json_build_object('id', id, 'name', name, 'office', office, 'articles', articles, 'mentions', mentions) as one
    from (
        select *, row_number() over (partition by story, type order by articles desc, rank) as place
        from (
            select a.story, m.rank, e.id, e.name, e.type, e.office, count(*) as articles, sum(m.mentions) as mentions
            from bench_mention m join bench_article a on a.n = m.article join bench_entity e using (rank) group by a.story, m.rank, e.id, e.name, e.type, e.office
        ) named
    ) placed where place <= 40
) kept group by story;

create temp table bench_timeline as
select story, json_agg(json_build_object('day', day, 'articles', articles, 'article', article, 'text', title, 'similarity', 0.5) order by day) as days
from (
    select *, row_number() over (partition by story order by day desc) as place
    from (
        select a.story, t.day, count(*) as articles, min(a.id::text) as article, min(t.title) as title
        from bench_article a join article_entry t on t.article_id = a.id group by a.story, t.day
    ) counted
) placed where place <= 120 group by story;

insert into story (id, first_seq, last_seq, first_at, last_at, headline, articles, origins, countries, closed, data, state)
select md5('story' || s.story)::uuid, s.first_seq, s.last_seq, s.first_at, s.last_at, s.headline, s.articles, s.origins, coalesce(c.codes, '{}'),
    s.last_at < now() - interval '45 days',
    json_build_object('people', coalesce(k.people, '[]'), 'organisations', coalesce(k.organisations, '[]'), 'places', coalesce(k.places, '[]'),
        'countries', coalesce(c.json, '[]'), 'timeline', d.days),
    case when s.last_at < now() - interval '45 days' then '{}' else json_build_object('first_day', s.first_day - date '1970-01-01',
        'last_day', s.last_day - date '1970-01-01', 'articles', s.articles,
        'centroid', translate(encode(pg_temp.terms(s.story, 200), 'base64'), E'\n', '')) end
from bench_story s join bench_timeline d using (story) left join bench_cast k using (story)
left join (
    select story, array_agg(code order by articles desc, code) as codes, json_agg(json_build_object('code', code, 'articles', articles)) as json
    from (
        select *, row_number() over (partition by story order by articles desc, code) as place
        from (select a.story, e.actor as code, count(*) as articles from bench_event e join bench_article a on a.n = e.article group by 1, 2) counted
    ) placed where place <= 40 group by story
) c using (story);

insert into dyad_day (day, actor, recipient, event, status, count, quad, scale_sum)
select day, actor, recipient, event, status, count(*), min(quad), sum(scale) from report group by day, actor, recipient, event, status;
insert into country_day (code, direction, day, quad, status, count, scale_sum)
select code, direction, day, quad, status, sum(count), sum(scale_sum)
from dyad_day, lateral (values (actor, 'actor'), (recipient, 'recipient')) as side(code, direction)
where code <> '' group by code, direction, day, quad, status;
insert into dyad_month (actor, recipient, month, quad, count, happened)
select actor, recipient, date_trunc('month', day), quad, sum(count), coalesce(sum(count) filter (where status = 'happened'), 0)
from dyad_day group by actor, recipient, date_trunc('month', day), quad;

-- One event in fifty rang.
insert into alert (id, seq, at, rule, severity, key, title, importance, credibility, data)
select id, seq, at, rule, severity, key, title, importance, credibility, json_build_object('id', id, 'rule', rule, 'kind', 'any', 'severity', severity,
    'key', key, 'title', title, 'why', 'an event that the rule wants', 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'seq', seq,
    'article', article, 'evidence', json_build_array(json_build_object('event', event, 'seq', seq, 'text', title)), 'suppressed', 0,
    'importance', importance, 'credibility', credibility)
from (
    select md5('alert' || n)::uuid as id, seq, at, 'rule-' || pg_temp.zipf(12) as rule, (array['low', 'low', 'medium', 'high', 'critical'])[1 + n / 50 % 5] as severity,
        concat('actor=', actor, ' recipient=', recipient) as key, sentence_text as title, round(random()::numeric, 2) as importance,
        confidence as credibility, id as event, md5('article' || article)::uuid as article
    from bench_event where n % 50 = 0
) fired;

insert into brief (id, scope, since, until, seq, data)
select md5('brief' || n)::uuid, 'country:' || code, now() - interval '7 days', now(), (select seq from log_head), '{}'
from (select n, pg_temp.zipf(155) as rank from generate_series(1, 2000) n) drawn join bench_country using (rank);

-- Watch has read all of it.
insert into subscription_cursor (name, epoch, seq) select 'watch', epoch, seq from log_head
on conflict (name) do update set epoch = excluded.epoch, seq = excluded.seq;

do $$ declare one record; begin
    for one in select * from bench_index loop execute one.definition; end loop;
end $$;
analyze;
