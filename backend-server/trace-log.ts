import type { Logger } from '../shared/runtime/logger.ts';
import type { TraceEvent } from './replication/trace-event.ts';

/** The core does not log: it tells what happened, and this says it in words. */
export const logTrace = (logger: Logger, event: TraceEvent): void => {
  switch (event.name) {
    case 'committed':
      return;
    case 'view-adopted': {
      const { viewNumber, epoch, primary, inSync, reason } = event.view;
      return logger.info({ view: viewNumber, epoch, primary, inSync, reason }, 'view adopted');
    }
    case 'became-primary':
      return logger.info({ epoch: event.epoch }, 'became primary');
    case 'stepped-down':
      return logger.info({ epoch: event.epoch }, 'stepped down');
    case 'serving':
      return logger.info({ epoch: event.epoch }, 'serving as primary');
    case 'cut': {
      const { from, orphans } = event;
      return logger.warn({ from, orphans }, 'cut a tail that was never committed');
    }
    case 'member-lagging': {
      return logger.warn({ member: event.member }, 'a member of the in-sync set lags');
    }
    case 'proposed': {
      return logger.info({ inSync: event.proposal.inSync }, 'proposed an in-sync set');
    }
    case 'snapshot-offered': {
      return logger.info({ to: event.to, lsn: event.lsn }, 'offered a snapshot');
    }
  }
};
