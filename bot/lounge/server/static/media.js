// WHIP (RFC 9725) and WHEP in a browser: one PeerConnection each, and offers that contain all candidates.

const gatherWithin = 2000; // ms: on a bad network an offer with some candidates is better than none

function gathered(pc) {
  if (pc.iceGatheringState === 'complete') return Promise.resolve();
  return new Promise((done) => {
    setTimeout(done, gatherWithin);
    pc.addEventListener('icegatheringstatechange', () => { if (pc.iceGatheringState === 'complete') done(); });
  });
}

// refused carries the HTTP status, so that a page can distinguish a host's decision from an error.
function refused(title, status) {
  const e = new Error('The room refused: ' + (title || 'HTTP ' + status) + '.');
  e.status = status;
  return e;
}

async function exchange(pc, url, headers) {
  await pc.setLocalDescription(await pc.createOffer());
  await gathered(pc);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp', ...headers },
    body: pc.localDescription.sdp,
  });
  if (answer.status !== 201) {
    const body = await answer.json().catch(() => ({}));
    throw refused(body.title, answer.status);
  }
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  return { resource: new URL(answer.headers.get('Location'), answer.url), person: answer.headers.get('Earshot-Person') };
}

function end(pc, resource) {
  pc.close();
  if (resource) fetch(resource, { method: 'DELETE', keepalive: true }).catch(() => {});
}

async function microphone() {
  if (!navigator.mediaDevices) throw new Error('This browser gives no microphone to this page (it needs https or localhost).');
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
  } catch (e) {
    const why = {
      NotAllowedError: 'The microphone was not allowed. Allow it in the browser’s address bar and press again.',
      NotFoundError: 'No microphone was found. Plug one in and press again.',
      NotReadableError: 'Another program holds the microphone.',
    };
    throw new Error(why[e.name] || 'The microphone cannot be used: ' + e.name);
  }
}

// publish sends the microphone to a WHIP endpoint. lost is called if the connection fails.
export async function publish(url, headers, lost) {
  const stream = await microphone();
  const pc = new RTCPeerConnection();
  let resource = null;
  let over = false;
  const stop = () => {
    over = true;
    stream.getTracks().forEach((t) => t.stop());
    end(pc, resource);
  };
  try {
    pc.addTransceiver(stream.getAudioTracks()[0], { direction: 'sendonly', streams: [stream] });
    const made = await exchange(pc, url, headers);
    resource = made.resource;
    pc.addEventListener('connectionstatechange', () => { if (pc.connectionState === 'failed' && !over) lost(); });
    return { id: made.person, url: resource, stop, mute: (m) => stream.getAudioTracks().forEach((t) => { t.enabled = !m; }) };
  } catch (e) {
    stop();
    throw e;
  }
}

// hear plays a WHEP endpoint until stop is called, and reconnects when it fails. stop(true) means that the speaker has left, so
// the server has already ended the session.
export function hear(url, headers, where) {
  let pc = null;
  let resource = null;
  let over = false;
  const audio = document.createElement('audio');
  audio.autoplay = true;
  where.append(audio);
  const open = async (pause) => {
    if (over) return;
    pc = new RTCPeerConnection();
    const mine = pc;
    const again = () => {
      if (over || pc !== mine) return;
      end(mine, resource);
      resource = null;
      pc = null;
      setTimeout(() => open(Math.min(pause * 2, 8000)), pause);
    };
    pc.addTransceiver('audio', { direction: 'recvonly' });
    pc.addEventListener('track', (e) => { audio.srcObject = e.streams[0] || new MediaStream([e.track]); });
    pc.addEventListener('connectionstatechange', () => { if (mine.connectionState === 'failed') again(); });
    try {
      resource = (await exchange(mine, url, headers)).resource;
      if (over) end(mine, resource);
    } catch { again(); }
  };
  open(500);
  return { stop: (left) => { over = true; if (pc) end(pc, left ? null : resource); audio.remove(); } };
}
