/** The floor: node:https, mutual TLS, the body read, a fixed answer. */
import { createServer } from 'node:https';
import { edgeFromArguments, tellReady } from './bare-edge.mjs';
import { ANSWER, ANSWER_HEADERS } from './fixed-answer.mjs';

const server = createServer(edgeFromArguments(), (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    Buffer.concat(chunks).toString('utf8');
    response.writeHead(200, ANSWER_HEADERS).end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => tellReady(server.address().port));
