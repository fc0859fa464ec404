// SPDX-License-Identifier: MIT
// contract.js - `node contract.js MOCK PRISM SPEC SAID`: stands in front of a mock of Qase and lets everything through Prism, which compares it with the published
// description of the interface; requests to the mock itself (/_mock) go past it. What Prism finds in ferry's requests, and in any answer, is appended to
// the file SAID, a line each. The first line of output is its address. It ends, and Prism with it, when its stdin does.
'use strict';
const fs = require('fs');
const http = require('http');
const net = require('net');
const { spawn } = require('child_process');

const [mock, prism, spec, said] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
let prismUrl;

// Of what is not ferry's only the answers count: scenarios ask for nonsense on purpose. An answer in plain text is a scripted fault, and nobody's contract.
function note(request, answer) {
    const fault = answer.statusCode >= 400 && /^text\/plain/.test(answer.headers['content-type'] || '');
    const ours = /^ferry\//.test(request.headers['user-agent'] || '');
    const found = JSON.parse(answer.headers['sl-violations'] || '[]').filter((v) => (v.location[0] === 'response' ? !fault : ours));
    if (found.length > 0) {
        fs.appendFileSync(said, `${request.method} ${request.url}: ${answer.statusCode}: ${JSON.stringify(found)}\n`);
    }
    fs.appendFileSync(`${said}.count`, '.');
}

function carry(request, reply) {
    const past = request.url.startsWith('/_mock');
    const to = new URL(past ? mock : prismUrl);
    const out = http.request(
        { host: to.hostname, port: to.port, path: request.url, method: request.method, headers: request.headers, agent },
        (answer) => {
            if (!past) {
                note(request, answer);
            }
            reply.writeHead(answer.statusCode, answer.headers);
            answer.pipe(reply);
        },
    );
    out.on('error', () => request.socket.destroy());
    request.pipe(out);
}

function freePort(then) {
    const s = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = s.address();
        s.close(() => then(port));
    });
}

function whenItListens(port, then) {
    const s = net.connect(port, '127.0.0.1', () => {
        s.destroy();
        then();
    });
    s.on('error', () => setTimeout(whenItListens, 50, port, then));
}

freePort((port) => {
    const child = spawn(process.execPath, [prism, 'proxy', '-h', '127.0.0.1', '-p', String(port), spec, mock], { stdio: 'ignore' });
    const end = () => {
        child.kill('SIGKILL');
        process.exit(0);
    };
    prismUrl = `http://127.0.0.1:${port}`;
    child.on('exit', () => process.exit(1));
    process.on('SIGTERM', end);
    process.stdin.on('end', end).resume();
    whenItListens(port, () => {
        const server = http.createServer(carry).listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
    });
});
