// Says in words why Python cannot start here, instead of a kernel that stays busy.
const PATIENCE = 10_000; // milliseconds
const here = new URL("./", import.meta.url);
const notebook = new URLSearchParams(location.search).get("path");

/** The address from which the kernel will load Pyodide. */
async function addressOfPython() {
  const config = await (await fetch(new URL("jupyter-lite.json", here))).json();
  const plugins = config["jupyter-config-data"].litePluginSettings;
  return new URL(plugins["@jupyterlite/pyodide-kernel-extension:kernel"].pyodideUrl, here);
}

/** What stands in the way, as one sentence; nothing if Python can start. */
async function trouble() {
  if (typeof WebAssembly !== "object") {
    return "This browser cannot run Python: WebAssembly is missing or switched off.";
  }
  if (!("serviceWorker" in navigator)) {
    return "Notebooks need a page that is served by https or from this computer, in a window " +
      "that is not private: without a service worker they cannot open their files.";
  }
  const address = await addressOfPython();
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) });
    if (answer.ok) return "";
  } catch { /* no answer, or a network that forbids it: the same to the reader */ }
  return `Python is loaded from ${address.host}, and no answer came from there.`;
}

function tell(reason) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "no-python");
  dialog.style.cssText = "max-width: 36rem; padding: 1rem 1.5rem; border: 2px solid #a61b1b; " +
    "background: #fff; color: #1f2328; font: 1rem/1.5 sans-serif";
  dialog.innerHTML = `
    <style>dialog a { color: #0b57d0; text-decoration: underline; }</style>
    <h2 id="no-python" style="margin-top: 0">Python cannot start here</h2>
    <p></p>
    <ul>
      <li>Check the connection, then <a href="">try again</a>.</li>
      <li>Where the network is closed, ask your teacher for the <em>offline edition</em> of this
        site: it brings Python along.</li>
      <li>Or run the notebook on your own computer: <a download>download it</a> and see
        <a data-page>how to open it</a>. What you changed
        in this browser is kept: <em>File</em>, <em>Open…</em> lists the files, and a right click
        on one of them offers <em>Download</em>.</li>
    </ul>
    <form method="dialog"><button autofocus style="font: inherit; padding: 0.3em 1em">
      Read without Python</button></form>`;
  dialog.querySelector("p").textContent = reason;
  dialog.querySelector("a[href='']").href = location.href;
  dialog.querySelector("a[download]").href = new URL(`files/${notebook ?? ""}`, here);
  dialog.querySelector("a[data-page]").href = new URL("../how_to_use.html#use-jupyterlab", here);
  if (!notebook) dialog.querySelector("li:last-child").remove();
  document.body.append(dialog);
  dialog.showModal();
}

const reason = await trouble();
if (reason) tell(reason);
