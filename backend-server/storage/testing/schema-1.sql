CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    cluster_id TEXT,
    store_id TEXT NOT NULL,
    boot INTEGER NOT NULL,
    epoch_seen INTEGER NOT NULL,
    view TEXT,
    base_lsn INTEGER NOT NULL,
    base_epoch INTEGER NOT NULL,
    base_chain TEXT NOT NULL,
    applied_lsn INTEGER NOT NULL,
    applied_epoch INTEGER NOT NULL,
    applied_chain TEXT NOT NULL,
    rolling_hash TEXT NOT NULL,
    kept_hash_lsn INTEGER NOT NULL,
    kept_hash TEXT NOT NULL,
    order_count INTEGER NOT NULL,
    seal INTEGER NOT NULL
  ) STRICT;
CREATE TABLE log (
    lsn INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL,
    op_id TEXT NOT NULL,
    payload TEXT NOT NULL,
    crc INTEGER NOT NULL,
    chain TEXT NOT NULL
  ) STRICT;
CREATE TABLE orphans (
    id INTEGER PRIMARY KEY,
    cut_in_epoch INTEGER NOT NULL,
    lsn INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    kind TEXT NOT NULL,
    op_id TEXT NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;
CREATE TABLE results (
    lsn INTEGER PRIMARY KEY,
    op_id TEXT NOT NULL UNIQUE,
    fingerprint TEXT NOT NULL,
    result TEXT NOT NULL,
    seal INTEGER NOT NULL
  ) STRICT;
CREATE TABLE catalogue (
    shop_id TEXT PRIMARY KEY,
    shop TEXT NOT NULL,
    menu TEXT NOT NULL,
    seal INTEGER NOT NULL
  ) STRICT;
CREATE TABLE counters (
    shop_id TEXT NOT NULL,
    day TEXT NOT NULL,
    orders INTEGER NOT NULL,
    PRIMARY KEY (shop_id, day)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE orders (
    placed_lsn INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    number TEXT NOT NULL,
    shop_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    channel TEXT NOT NULL,
    external_ref TEXT,
    fulfilment TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    customer_phone TEXT NOT NULL,
    customer_email TEXT,
    menu_version INTEGER NOT NULL,
    notes TEXT,
    line1 TEXT NOT NULL,
    line2 TEXT,
    city TEXT,
    postcode TEXT NOT NULL,
    country TEXT NOT NULL,
    postcode_input TEXT NOT NULL,
    lat REAL,
    lng REAL,
    geocode_status TEXT NOT NULL,
    geocode_source TEXT NOT NULL,
    geocode_provider TEXT,
    geocode_looked_up_at TEXT NOT NULL,
    geocode_corrected INTEGER NOT NULL,
    geocode_disputed INTEGER NOT NULL,
    geocode_attempts TEXT NOT NULL,
    distance_m INTEGER,
    instructions TEXT,
    contactless INTEGER NOT NULL,
    items_total INTEGER NOT NULL,
    options_total INTEGER NOT NULL,
    total INTEGER NOT NULL,
    placed_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    cancel_by_kind TEXT,
    cancel_by_id TEXT,
    cancel_reason TEXT,
    cancel_note TEXT,
    seal INTEGER NOT NULL
  ) STRICT;
CREATE TABLE order_lines (
    placed_lsn INTEGER NOT NULL REFERENCES orders,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    unit_price INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    note TEXT,
    line_total INTEGER NOT NULL,
    PRIMARY KEY (placed_lsn, position)
  ) STRICT, WITHOUT ROWID;
CREATE TABLE order_line_options (
    placed_lsn INTEGER NOT NULL,
    line INTEGER NOT NULL,
    position INTEGER NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    price INTEGER NOT NULL,
    PRIMARY KEY (placed_lsn, line, position),
    FOREIGN KEY (placed_lsn, line) REFERENCES order_lines
  ) STRICT, WITHOUT ROWID;
CREATE TABLE order_events (
    placed_lsn INTEGER NOT NULL REFERENCES orders,
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    from_status TEXT,
    to_status TEXT,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    reason TEXT,
    note TEXT,
    log_index INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (placed_lsn, seq)
  ) STRICT, WITHOUT ROWID;
CREATE VIEW menu_items AS
    SELECT catalogue.shop_id,
           json_extract(category.value, '$.name') AS category,
           json_extract(item.value, '$.sku') AS sku,
           json_extract(item.value, '$.name') AS name,
           json_extract(item.value, '$.price.amount') AS price,
           json_extract(item.value, '$.available') AS available
      FROM catalogue,
           json_each(catalogue.menu, '$.categories') AS category,
           json_each(category.value, '$.items') AS item;
CREATE INDEX orders_by_status ON orders (status);
CREATE INDEX orders_by_phone ON orders (customer_phone);
CREATE INDEX orders_by_postcode ON orders (postcode);
CREATE INDEX orders_by_number ON orders (number);
CREATE INDEX orders_unverified ON orders (placed_lsn)
    WHERE geocode_status = 'unverified' AND closed_at IS NULL;
INSERT INTO meta VALUES (1, 'cccccccccccccccccccccccccccccccc', 'cb0e8c15de57fd19d86c715cd9f4a597', 1, 3, '{"clusterId":"cccccccccccccccccccccccccccccccc","group":"main","lineage":1,"viewNumber":3,"epoch":3,"primary":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","primaryBoot":1,"inSync":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],"minInSync":1,"featureLevel":1,"addresses":{},"reason":"test","docHash":"dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd","seal":"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"}', 2, 1, '88698f5b9af9874128678a36995fdd96', 7, 1, '7e87c5702304ecf95ecb596ff264319f', '47891b98aeacdf8e9adc093775123e8b883c44719509dadc02de2438bea8037b', 0, '3dcce671c60385c7d42112972e7008612f994d7679fbcbd926799f97a6965041', 5, 578222363);
INSERT INTO log VALUES (3, 1, 'op', 'op-3', '{"opId":"op-3","fingerprint":"0000000000000000000000000000000000000000000000000000000000000003","at":"2025-06-15T15:06:43.000Z","kind":"order.place","draft":{"id":"0197a000-0000-7000-8000-000000000003","shop_id":"main","channel":"cli","external_ref":"till-3","fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 3","phone":"+441913840003","email":null},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"3 North Bailey","line2":null,"city":"Durham","postcode":"DH1 3EZ","country":"GB"},"postcode_input":"dh13ez","position":{"lat":54.775330000000004,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":503,"instructions":null,"contactless":true},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}}},"day":"2025-06-15","actor":{"kind":"customer","id":"customer-3"}}', 3024411347, 'c85dd7e9a417772ed2a2d756811e3cc9');
INSERT INTO log VALUES (4, 1, 'op', 'op-4', '{"opId":"op-4","fingerprint":"0000000000000000000000000000000000000000000000000000000000000004","at":"2025-06-15T15:06:44.000Z","kind":"order.place","draft":{"id":"0197a000-0000-7000-8000-000000000004","shop_id":"main","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 4","phone":"+441913840004","email":"c4@example.org"},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":"ring twice","delivery":{"address":{"line1":"4 North Bailey","line2":null,"city":"Durham","postcode":"DH1 4EZ","country":"GB"},"postcode_input":"dh14ez","position":{"lat":54.77534,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":504,"instructions":null,"contactless":false},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}}},"day":"2025-06-15","actor":{"kind":"customer","id":"customer-4"}}', 3898761685, '7729a0061d34563865544c5e15928cc0');
INSERT INTO log VALUES (5, 1, 'op', 'op-5', '{"opId":"op-5","fingerprint":"0000000000000000000000000000000000000000000000000000000000000005","at":"2025-06-15T15:06:45.000Z","kind":"order.place","draft":{"id":"0197a000-0000-7000-8000-000000000005","shop_id":"main","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 5","phone":"+441913840005","email":null},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"5 North Bailey","line2":null,"city":"Durham","postcode":"DH1 0EZ","country":"GB"},"postcode_input":"dh10ez","position":{"lat":54.77535,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":505,"instructions":null,"contactless":true},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}}},"day":"2025-06-15","actor":{"kind":"customer","id":"customer-5"}}', 1331247061, '4b821d72b4cde3b15b1bb8515d261326');
INSERT INTO log VALUES (6, 1, 'op', 'op-6', '{"opId":"op-6","fingerprint":"0000000000000000000000000000000000000000000000000000000000000006","at":"2025-06-15T15:06:46.000Z","kind":"order.cancel","orderId":"0197a000-0000-7000-8000-000000000003","actor":{"kind":"customer","id":null},"reason":"changed_mind","note":null}', 800515526, '8c0ad94886bc2b2169c297c60991d6b8');
INSERT INTO log VALUES (7, 1, 'op', 'op-7', '{"opId":"op-7","fingerprint":"0000000000000000000000000000000000000000000000000000000000000007","at":"2025-06-15T15:06:47.000Z","kind":"order.place","draft":{"id":"0197a000-0000-7000-8000-000000000007","shop_id":"main","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 7","phone":"+441913840000","email":null},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"7 North Bailey","line2":null,"city":"Durham","postcode":"DH1 2EZ","country":"GB"},"postcode_input":"dh12ez","position":null,"geocode":{"status":"unverified","source":"none","provider":null,"looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":null,"instructions":null,"contactless":true},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}}},"day":"2025-06-15","actor":{"kind":"customer","id":"customer-0"}}', 1240817433, '7e87c5702304ecf95ecb596ff264319f');
INSERT INTO log VALUES (8, 1, 'op', 'op-8', '{"opId":"op-8","fingerprint":"0000000000000000000000000000000000000000000000000000000000000008","at":"2025-06-15T15:06:48.000Z","kind":"order.place","draft":{"id":"0197a000-0000-7000-8000-000000000008","shop_id":"main","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 8","phone":"+441913840001","email":"c8@example.org"},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":"ring twice","delivery":{"address":{"line1":"8 North Bailey","line2":null,"city":"Durham","postcode":"DH1 3EZ","country":"GB"},"postcode_input":"dh13ez","position":{"lat":54.77538,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":508,"instructions":null,"contactless":false},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}}},"day":"2025-06-15","actor":{"kind":"customer","id":"customer-1"}}', 3317589970, '8fbe3a2beba5ea245db3d99b5748ffd3');
INSERT INTO log VALUES (9, 3, 'barrier', '', '', 2496702604, '70c5ccb121e7f38d06a39ded9929f17a');
INSERT INTO log VALUES (10, 3, 'op', 'op-10', '{"opId":"op-10","fingerprint":"000000000000000000000000000000000000000000000000000000000000000a","at":"2025-06-15T15:06:50.000Z","kind":"order.place","draft":{"id":"0197a000-0000-7000-8000-00000000000a","shop_id":"main","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 10","phone":"+441913840003","email":"c10@example.org"},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"10 North Bailey","line2":null,"city":"Durham","postcode":"DH1 0EZ","country":"GB"},"postcode_input":"dh10ez","position":{"lat":54.775400000000005,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":510,"instructions":null,"contactless":false},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}}},"day":"2025-06-15","actor":{"kind":"customer","id":"customer-3"}}', 2689943032, '0f7b38fa89b2d0ab52d8facfc6d7fd0f');
INSERT INTO orphans VALUES (1, 0, 9, 1, 'op', 'op-9', '{"opId":"op-9","fingerprint":"0000000000000000000000000000000000000000000000000000000000000009","at":"2025-06-15T15:06:49.000Z","kind":"order.place","draft":{"id":"0197a000-0000-7000-8000-000000000009","shop_id":"main","channel":"cli","external_ref":"till-9","fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 9","phone":"+441913840002","email":null},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"9 North Bailey","line2":null,"city":"Durham","postcode":"DH1 4EZ","country":"GB"},"postcode_input":"dh14ez","position":{"lat":54.77539,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":509,"instructions":null,"contactless":true},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}}},"day":"2025-06-15","actor":{"kind":"customer","id":"customer-2"}}');
INSERT INTO orphans VALUES (2, 0, 10, 1, 'op', 'op-10', '{"opId":"op-10","fingerprint":"000000000000000000000000000000000000000000000000000000000000000a","at":"2025-06-15T15:06:50.000Z","kind":"order.place","draft":{"id":"0197a000-0000-7000-8000-00000000000a","shop_id":"main","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 10","phone":"+441913840003","email":"c10@example.org"},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"10 North Bailey","line2":null,"city":"Durham","postcode":"DH1 0EZ","country":"GB"},"postcode_input":"dh10ez","position":{"lat":54.775400000000005,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":510,"instructions":null,"contactless":false},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}}},"day":"2025-06-15","actor":{"kind":"customer","id":"customer-3"}}');
INSERT INTO results VALUES (1, 'op-1', '0000000000000000000000000000000000000000000000000000000000000001', '{"ok":true,"order":null}', 1313641736);
INSERT INTO results VALUES (2, 'op-2', '0000000000000000000000000000000000000000000000000000000000000002', '{"ok":true,"order":{"id":"0197a000-0000-7000-8000-000000000002","number":"A-001","shop_id":"main","version":1,"status":"placed","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 2","phone":"+441913840002","email":"c2@example.org"},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"2 North Bailey","line2":null,"city":"Durham","postcode":"DH1 2EZ","country":"GB"},"postcode_input":"dh12ez","position":{"lat":54.77532,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":502,"instructions":null,"contactless":false},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}},"placed_at":"2025-06-15T15:06:42.000Z","updated_at":"2025-06-15T15:06:42.000Z","closed_at":null,"cancel":null}}', 2708010026);
INSERT INTO results VALUES (3, 'op-3', '0000000000000000000000000000000000000000000000000000000000000003', '{"ok":true,"order":{"id":"0197a000-0000-7000-8000-000000000003","number":"A-002","shop_id":"main","version":1,"status":"placed","channel":"cli","external_ref":"till-3","fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 3","phone":"+441913840003","email":null},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"3 North Bailey","line2":null,"city":"Durham","postcode":"DH1 3EZ","country":"GB"},"postcode_input":"dh13ez","position":{"lat":54.775330000000004,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":503,"instructions":null,"contactless":true},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}},"placed_at":"2025-06-15T15:06:43.000Z","updated_at":"2025-06-15T15:06:43.000Z","closed_at":null,"cancel":null}}', 2361077589);
INSERT INTO results VALUES (4, 'op-4', '0000000000000000000000000000000000000000000000000000000000000004', '{"ok":true,"order":{"id":"0197a000-0000-7000-8000-000000000004","number":"A-003","shop_id":"main","version":1,"status":"placed","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 4","phone":"+441913840004","email":"c4@example.org"},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":"ring twice","delivery":{"address":{"line1":"4 North Bailey","line2":null,"city":"Durham","postcode":"DH1 4EZ","country":"GB"},"postcode_input":"dh14ez","position":{"lat":54.77534,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":504,"instructions":null,"contactless":false},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}},"placed_at":"2025-06-15T15:06:44.000Z","updated_at":"2025-06-15T15:06:44.000Z","closed_at":null,"cancel":null}}', 3989311189);
INSERT INTO results VALUES (5, 'op-5', '0000000000000000000000000000000000000000000000000000000000000005', '{"ok":true,"order":{"id":"0197a000-0000-7000-8000-000000000005","number":"A-004","shop_id":"main","version":1,"status":"placed","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 5","phone":"+441913840005","email":null},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"5 North Bailey","line2":null,"city":"Durham","postcode":"DH1 0EZ","country":"GB"},"postcode_input":"dh10ez","position":{"lat":54.77535,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":505,"instructions":null,"contactless":true},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}},"placed_at":"2025-06-15T15:06:45.000Z","updated_at":"2025-06-15T15:06:45.000Z","closed_at":null,"cancel":null}}', 501234118);
INSERT INTO results VALUES (6, 'op-6', '0000000000000000000000000000000000000000000000000000000000000006', '{"ok":true,"order":{"id":"0197a000-0000-7000-8000-000000000003","number":"A-002","shop_id":"main","version":2,"status":"cancelled","channel":"cli","external_ref":"till-3","fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 3","phone":"+441913840003","email":null},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"3 North Bailey","line2":null,"city":"Durham","postcode":"DH1 3EZ","country":"GB"},"postcode_input":"dh13ez","position":{"lat":54.775330000000004,"lng":-1.5849},"geocode":{"status":"resolved","source":"primary","provider":"postcodes.io","looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":503,"instructions":null,"contactless":true},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}},"placed_at":"2025-06-15T15:06:43.000Z","updated_at":"2025-06-15T15:06:46.000Z","closed_at":"2025-06-15T15:06:46.000Z","cancel":{"by":{"kind":"customer","id":null},"reason":"changed_mind","note":null}}}', 3643418);
INSERT INTO results VALUES (7, 'op-7', '0000000000000000000000000000000000000000000000000000000000000007', '{"ok":true,"order":{"id":"0197a000-0000-7000-8000-000000000007","number":"A-005","shop_id":"main","version":1,"status":"placed","channel":"cli","external_ref":null,"fulfilment":"delivery","customer":{"name":"Ayşe O''Neil 7","phone":"+441913840000","email":null},"lines":[{"id":"line-1","sku":"fish-and-chips","name":"Fish and chips","unit_price":{"amount":1095,"currency":"GBP"},"quantity":2,"options":[{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"}},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"}}],"note":"no salt","line_total":{"amount":2930,"currency":"GBP"}},{"id":"line-2","sku":"tea","name":"Pot of tea","unit_price":{"amount":190,"currency":"GBP"},"quantity":1,"options":[],"note":null,"line_total":{"amount":190,"currency":"GBP"}}],"menu_version":1,"notes":null,"delivery":{"address":{"line1":"7 North Bailey","line2":null,"city":"Durham","postcode":"DH1 2EZ","country":"GB"},"postcode_input":"dh12ez","position":null,"geocode":{"status":"unverified","source":"none","provider":null,"looked_up_at":"2025-06-15T15:06:40.000Z","corrected":false,"disputed":false,"attempts":[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]},"distance_m":null,"instructions":null,"contactless":true},"totals":{"items":{"amount":2380,"currency":"GBP"},"options":{"amount":740,"currency":"GBP"},"total":{"amount":3120,"currency":"GBP"}},"placed_at":"2025-06-15T15:06:47.000Z","updated_at":"2025-06-15T15:06:47.000Z","closed_at":null,"cancel":null}}', 1151541876);
INSERT INTO catalogue VALUES ('main', '{"id":"main","name":"Orderly Kitchen","currency":"GBP","timezone":"Europe/London","position":{"lat":54.7761,"lng":-1.5733}}', '{"shop_id":"main","version":1,"currency":"GBP","categories":[{"id":"mains","name":"Mains","items":[{"sku":"fish-and-chips","name":"Fish and chips","description":"Haddock in batter with chips","price":{"amount":1095,"currency":"GBP"},"available":true,"max_per_order":20,"allergens":["fish","gluten","milk"],"option_groups":[{"id":"size","name":"Size","min":1,"max":1,"options":[{"sku":"size-regular","name":"Regular","price":{"amount":0,"currency":"GBP"},"available":true},{"sku":"size-large","name":"Large","price":{"amount":250,"currency":"GBP"},"available":true}]},{"id":"sauce","name":"Sauce","min":0,"max":2,"options":[{"sku":"sauce-ketchup","name":"Tomato ketchup","price":{"amount":0,"currency":"GBP"},"available":true},{"sku":"sauce-tartare","name":"Tartare sauce","price":{"amount":30,"currency":"GBP"},"available":true},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"},"available":true}]}]},{"sku":"beef-stew","name":"Beef stew with dumplings","description":"Slow-cooked beef, carrots and two dumplings","price":{"amount":980,"currency":"GBP"},"available":true,"allergens":["gluten","celery"],"option_groups":[{"id":"extras","name":"Extras","min":0,"max":3,"options":[{"sku":"extra-cheese","name":"Extra cheese","price":{"amount":80,"currency":"GBP"},"available":true},{"sku":"extra-egg","name":"Fried egg","price":{"amount":90,"currency":"GBP"},"available":true},{"sku":"extra-gravy","name":"Gravy","price":{"amount":60,"currency":"GBP"},"available":true}]}]},{"sku":"chicken-pie","name":"Chicken and leek pie","description":"Short-crust pie with gravy","price":{"amount":850,"currency":"GBP"},"available":true,"allergens":["gluten","milk","egg"],"option_groups":[{"id":"extras","name":"Extras","min":0,"max":3,"options":[{"sku":"extra-cheese","name":"Extra cheese","price":{"amount":80,"currency":"GBP"},"available":true},{"sku":"extra-egg","name":"Fried egg","price":{"amount":90,"currency":"GBP"},"available":true},{"sku":"extra-gravy","name":"Gravy","price":{"amount":60,"currency":"GBP"},"available":true}]}]},{"sku":"vegetable-curry","name":"Vegetable curry","description":"Chickpeas, spinach and sweet potato with rice","price":{"amount":795,"currency":"GBP"},"available":true,"allergens":["mustard"],"option_groups":[{"id":"heat","name":"Heat","min":1,"max":1,"options":[{"sku":"heat-mild","name":"Mild","price":{"amount":0,"currency":"GBP"},"available":true},{"sku":"heat-medium","name":"Medium","price":{"amount":0,"currency":"GBP"},"available":true},{"sku":"heat-hot","name":"Hot","price":{"amount":0,"currency":"GBP"},"available":true}]}]},{"sku":"stottie","name":"Ham and pease pudding stottie","description":"The bread of the North East","price":{"amount":575,"currency":"GBP"},"available":true,"allergens":["gluten","mustard"],"option_groups":[]}]},{"id":"sides","name":"Sides","items":[{"sku":"jacket-potato","name":"Jacket potato","description":"With butter","price":{"amount":295,"currency":"GBP"},"available":true,"allergens":["milk"],"option_groups":[{"id":"extras","name":"Extras","min":0,"max":3,"options":[{"sku":"extra-cheese","name":"Extra cheese","price":{"amount":80,"currency":"GBP"},"available":true},{"sku":"extra-egg","name":"Fried egg","price":{"amount":90,"currency":"GBP"},"available":true},{"sku":"extra-gravy","name":"Gravy","price":{"amount":60,"currency":"GBP"},"available":true}]}]},{"sku":"chips","name":"Chips","description":"Cooked in vegetable oil","price":{"amount":320,"currency":"GBP"},"available":true,"allergens":[],"option_groups":[{"id":"sauce","name":"Sauce","min":0,"max":2,"options":[{"sku":"sauce-ketchup","name":"Tomato ketchup","price":{"amount":0,"currency":"GBP"},"available":true},{"sku":"sauce-tartare","name":"Tartare sauce","price":{"amount":30,"currency":"GBP"},"available":true},{"sku":"sauce-curry","name":"Curry sauce","price":{"amount":120,"currency":"GBP"},"available":true}]}]},{"sku":"mushy-peas","name":"Mushy peas","price":{"amount":180,"currency":"GBP"},"available":true,"allergens":[],"option_groups":[]},{"sku":"bread-and-butter","name":"Bread and butter","description":"Two slices","price":{"amount":120,"currency":"GBP"},"available":true,"allergens":["gluten","milk"],"option_groups":[]},{"sku":"side-salad","name":"Side salad","description":"Leaves, tomato and cucumber","price":{"amount":275,"currency":"GBP"},"available":true,"allergens":[],"option_groups":[]}]},{"id":"puddings","name":"Puddings","items":[{"sku":"sticky-toffee","name":"Sticky toffee pudding","description":"With custard","price":{"amount":495,"currency":"GBP"},"available":true,"allergens":["gluten","milk","egg"],"option_groups":[]},{"sku":"singin-hinny","name":"Singin'' hinny","description":"Griddle cake with currants","price":{"amount":240,"currency":"GBP"},"available":true,"allergens":["gluten","milk"],"option_groups":[]}]},{"id":"drinks","name":"Drinks","items":[{"sku":"tea","name":"Pot of tea","price":{"amount":190,"currency":"GBP"},"available":true,"allergens":["milk"],"option_groups":[]},{"sku":"lemonade","name":"Lemonade","description":"330 ml","price":{"amount":165,"currency":"GBP"},"available":true,"allergens":[],"option_groups":[]},{"sku":"ale","name":"Durham ale","description":"500 ml, for over-18s","price":{"amount":420,"currency":"GBP"},"available":true,"max_per_order":6,"allergens":["gluten"],"option_groups":[]}]}]}', 1826513323);
INSERT INTO counters VALUES ('main', '2025-06-15', 5);
INSERT INTO orders VALUES (2, '0197a000-0000-7000-8000-000000000002', 'A-001', 'main', 1, 'placed', 'cli', NULL, 'delivery', 'Ayşe O''Neil 2', '+441913840002', 'c2@example.org', 1, NULL, '2 North Bailey', NULL, 'Durham', 'DH1 2EZ', 'GB', 'dh12ez', 54.77532, -1.5849, 'resolved', 'primary', 'postcodes.io', '2025-06-15T15:06:40.000Z', 0, 0, '[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]', 502, NULL, 0, 2380, 740, 3120, '2025-06-15T15:06:42.000Z', '2025-06-15T15:06:42.000Z', NULL, NULL, NULL, NULL, NULL, 3835871986);
INSERT INTO orders VALUES (3, '0197a000-0000-7000-8000-000000000003', 'A-002', 'main', 2, 'cancelled', 'cli', 'till-3', 'delivery', 'Ayşe O''Neil 3', '+441913840003', NULL, 1, NULL, '3 North Bailey', NULL, 'Durham', 'DH1 3EZ', 'GB', 'dh13ez', 54.775330000000004, -1.5849, 'resolved', 'primary', 'postcodes.io', '2025-06-15T15:06:40.000Z', 0, 0, '[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]', 503, NULL, 1, 2380, 740, 3120, '2025-06-15T15:06:43.000Z', '2025-06-15T15:06:46.000Z', '2025-06-15T15:06:46.000Z', 'customer', NULL, 'changed_mind', NULL, 3881848663);
INSERT INTO orders VALUES (4, '0197a000-0000-7000-8000-000000000004', 'A-003', 'main', 1, 'placed', 'cli', NULL, 'delivery', 'Ayşe O''Neil 4', '+441913840004', 'c4@example.org', 1, 'ring twice', '4 North Bailey', NULL, 'Durham', 'DH1 4EZ', 'GB', 'dh14ez', 54.77534, -1.5849, 'resolved', 'primary', 'postcodes.io', '2025-06-15T15:06:40.000Z', 0, 0, '[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]', 504, NULL, 0, 2380, 740, 3120, '2025-06-15T15:06:44.000Z', '2025-06-15T15:06:44.000Z', NULL, NULL, NULL, NULL, NULL, 2547217432);
INSERT INTO orders VALUES (5, '0197a000-0000-7000-8000-000000000005', 'A-004', 'main', 1, 'placed', 'cli', NULL, 'delivery', 'Ayşe O''Neil 5', '+441913840005', NULL, 1, NULL, '5 North Bailey', NULL, 'Durham', 'DH1 0EZ', 'GB', 'dh10ez', 54.77535, -1.5849, 'resolved', 'primary', 'postcodes.io', '2025-06-15T15:06:40.000Z', 0, 0, '[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]', 505, NULL, 1, 2380, 740, 3120, '2025-06-15T15:06:45.000Z', '2025-06-15T15:06:45.000Z', NULL, NULL, NULL, NULL, NULL, 2763991160);
INSERT INTO orders VALUES (7, '0197a000-0000-7000-8000-000000000007', 'A-005', 'main', 1, 'placed', 'cli', NULL, 'delivery', 'Ayşe O''Neil 7', '+441913840000', NULL, 1, NULL, '7 North Bailey', NULL, 'Durham', 'DH1 2EZ', 'GB', 'dh12ez', NULL, NULL, 'unverified', 'none', NULL, '2025-06-15T15:06:40.000Z', 0, 0, '[{"provider":"postcodes.io","outcome":"found","error":null,"ms":31}]', NULL, NULL, 1, 2380, 740, 3120, '2025-06-15T15:06:47.000Z', '2025-06-15T15:06:47.000Z', NULL, NULL, NULL, NULL, NULL, 987869991);
INSERT INTO order_lines VALUES (2, 0, 'line-1', 'fish-and-chips', 'Fish and chips', 1095, 2, 'no salt', 2930);
INSERT INTO order_lines VALUES (2, 1, 'line-2', 'tea', 'Pot of tea', 190, 1, NULL, 190);
INSERT INTO order_lines VALUES (3, 0, 'line-1', 'fish-and-chips', 'Fish and chips', 1095, 2, 'no salt', 2930);
INSERT INTO order_lines VALUES (3, 1, 'line-2', 'tea', 'Pot of tea', 190, 1, NULL, 190);
INSERT INTO order_lines VALUES (4, 0, 'line-1', 'fish-and-chips', 'Fish and chips', 1095, 2, 'no salt', 2930);
INSERT INTO order_lines VALUES (4, 1, 'line-2', 'tea', 'Pot of tea', 190, 1, NULL, 190);
INSERT INTO order_lines VALUES (5, 0, 'line-1', 'fish-and-chips', 'Fish and chips', 1095, 2, 'no salt', 2930);
INSERT INTO order_lines VALUES (5, 1, 'line-2', 'tea', 'Pot of tea', 190, 1, NULL, 190);
INSERT INTO order_lines VALUES (7, 0, 'line-1', 'fish-and-chips', 'Fish and chips', 1095, 2, 'no salt', 2930);
INSERT INTO order_lines VALUES (7, 1, 'line-2', 'tea', 'Pot of tea', 190, 1, NULL, 190);
INSERT INTO order_line_options VALUES (2, 0, 0, 'size-large', 'Large', 250);
INSERT INTO order_line_options VALUES (2, 0, 1, 'sauce-curry', 'Curry sauce', 120);
INSERT INTO order_line_options VALUES (3, 0, 0, 'size-large', 'Large', 250);
INSERT INTO order_line_options VALUES (3, 0, 1, 'sauce-curry', 'Curry sauce', 120);
INSERT INTO order_line_options VALUES (4, 0, 0, 'size-large', 'Large', 250);
INSERT INTO order_line_options VALUES (4, 0, 1, 'sauce-curry', 'Curry sauce', 120);
INSERT INTO order_line_options VALUES (5, 0, 0, 'size-large', 'Large', 250);
INSERT INTO order_line_options VALUES (5, 0, 1, 'sauce-curry', 'Curry sauce', 120);
INSERT INTO order_line_options VALUES (7, 0, 0, 'size-large', 'Large', 250);
INSERT INTO order_line_options VALUES (7, 0, 1, 'sauce-curry', 'Curry sauce', 120);
INSERT INTO order_events VALUES (2, 1, '2025-06-15T15:06:42.000Z', 'placed', NULL, 'placed', 'customer', 'customer-2', NULL, NULL, 2, 1, 3782102280);
INSERT INTO order_events VALUES (3, 1, '2025-06-15T15:06:43.000Z', 'placed', NULL, 'placed', 'customer', 'customer-3', NULL, NULL, 3, 1, 2514892380);
INSERT INTO order_events VALUES (3, 2, '2025-06-15T15:06:46.000Z', 'cancelled', 'placed', 'cancelled', 'customer', NULL, 'changed_mind', NULL, 6, 1, 590806654);
INSERT INTO order_events VALUES (4, 1, '2025-06-15T15:06:44.000Z', 'placed', NULL, 'placed', 'customer', 'customer-4', NULL, NULL, 4, 1, 19812529);
INSERT INTO order_events VALUES (5, 1, '2025-06-15T15:06:45.000Z', 'placed', NULL, 'placed', 'customer', 'customer-5', NULL, NULL, 5, 1, 1973824485);
INSERT INTO order_events VALUES (7, 1, '2025-06-15T15:06:47.000Z', 'placed', NULL, 'placed', 'customer', 'customer-0', NULL, NULL, 7, 1, 2563670351);
PRAGMA user_version = 1;
