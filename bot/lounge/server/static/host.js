// What a host can do. The token is in the fragment of the address (after #), which browsers do not send to servers, and is stored for
// this tab.

const store = 'earshot-host';

export function hostToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get('host');
  try {
    if (given) {
      sessionStorage.setItem(store, given);
      history.replaceState(null, '', location.pathname + location.search);
    }
    return given || sessionStorage.getItem(store) || '';
  } catch { return given || ''; }
}

export function forgetHost() {
  try { sessionStorage.removeItem(store); } catch { /* storage may be disabled */ }
}

const sure = {
  remove: (name) => `Send ${name} out of the room? They can come back.`,
  ban: (name) => `Ban ${name} from the room? They cannot speak here again from this browser.`,
};

// buttons creates the host's buttons for one person; act(verb) resolves to '' or to the reason for its refusal.
export function buttons(person, verbs, act) {
  const box = document.createElement('span');
  box.className = 'powers';
  box.setAttribute('role', 'group');
  box.setAttribute('aria-label', 'What you can do with ' + person.name);
  for (const [verb, label] of verbs) {
    const b = document.createElement('button');
    b.type = 'button';
    b.dataset.verb = verb;
    b.textContent = label;
    b.setAttribute('aria-label', label + ' ' + person.name);
    b.addEventListener('click', async () => {
      if (b.ariaBusy === 'true' || (sure[verb] && !confirm(sure[verb](person.name)))) return;
      b.ariaBusy = 'true'; // a disabled button would lose the keyboard's focus
      await act(verb);
      b.ariaBusy = 'false';
    });
    box.append(b);
  }
  return box;
}

export const onStage = (p) => [
  p.held ? ['unmute', 'Unmute'] : ['mute', 'Mute'], ['to_audience', 'To audience'], ['remove', 'Remove'], ['ban', 'Ban'],
];
export const inAudience = [['to_stage', 'Let speak'], ['ban', 'Ban']];
