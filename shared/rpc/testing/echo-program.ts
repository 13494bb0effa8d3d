import { startEchoServer } from './echo-server.ts';

/** The echo server as a process of its own, to be killed or paused; prints its address. */
const server = await startEchoServer();
process.stdout.write(`${server.address}\n`);
