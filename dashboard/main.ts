import { boardView } from './board/board-view.ts';
import { clusterView } from './cluster/cluster-view.ts';
import { createAnnouncer } from './frame/announcer.ts';
import { startConnectionSign } from './frame/connection-sign.ts';
import { startRouter } from './frame/router.ts';
import { startSignIn } from './frame/sign-in.ts';
import { startTheme } from './frame/theme.ts';
import { mapView } from './map/map-view.ts';
import { apiOf } from './net/api.ts';
import { Live } from './net/live.ts';
import { openSession } from './net/session.ts';
import { Shops } from './net/shops.ts';
import { trackerView } from './tracker/tracker-view.ts';

const session = openSession();
const api = apiOf(session);
const live = new Live(session, api);
const shops = new Shops(api);

startTheme();
const { ask } = startSignIn(session, api);
startConnectionSign(live);
const announce = createAnnouncer();
startRouter([
  clusterView({ live, api, session, signIn: ask, announce }),
  boardView({ live, api, shops, signIn: ask, announce }),
  mapView({ live, api, shops, signIn: ask }),
  trackerView({ announce }),
]);
live.start();
