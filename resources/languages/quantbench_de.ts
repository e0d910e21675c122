<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source> GB</source>
        <translation> GB</translation>
    </message>
    <message numerus="yes">
        <source>%Ln chats</source>
        <translation>
            <numerusform>%Ln Chat</numerusform>
            <numerusform>%Ln Chats</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files. Emptying the trash then frees {size}.</source>
        <translation>
            <numerusform>%Ln Datei. Das Leeren des Papierkorbs gibt dann {size} frei.</numerusform>
            <numerusform>%Ln Dateien. Das Leeren des Papierkorbs gibt dann {size} frei.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models</source>
        <translation>
            <numerusform>%Ln Modell</numerusform>
            <numerusform>%Ln Modelle</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln states are kept; clearing frees {size}.</source>
        <translation>
            <numerusform>%Ln Stand ist gespeichert; Leeren gibt {size} frei.</numerusform>
            <numerusform>%Ln Stände sind gespeichert; Leeren gibt {size} frei.</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Flash attention</source>
        <translation>&amp;Flash Attention</translation>
    </message>
    <message>
        <source>&amp;GPU layers</source>
        <translation>&amp;GPU-Schichten</translation>
    </message>
    <message>
        <source>&amp;KV cache</source>
        <translation>&amp;KV-Cache</translation>
    </message>
    <message>
        <source>&amp;Runs on</source>
        <translation>&amp;Läuft auf</translation>
    </message>
    <message>
        <source>&amp;When the context is full</source>
        <translation>&amp;Wenn der Kontext voll ist</translation>
    </message>
    <message>
        <source>A build for your graphics card</source>
        <translation>Ein Build für Ihre Grafikkarte</translation>
    </message>
    <message>
        <source>A server for this model</source>
        <translation>Ein Server für dieses Modell</translation>
    </message>
    <message>
        <source>A wheel file</source>
        <translation>Eine Wheel-Datei</translation>
    </message>
    <message>
        <source>A wheel index</source>
        <translation>Ein Wheel-Index</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Über Quantbench</translation>
    </message>
    <message>
        <source>About ten seconds for the loaded model; a question ends it.</source>
        <translation>Etwa zehn Sekunden für das geladene Modell; eine Frage beendet die Messung.</translation>
    </message>
    <message>
        <source>About the reply</source>
        <translation>Über die Antwort</translation>
    </message>
    <message>
        <source>About this reply</source>
        <translation>Über diese Antwort</translation>
    </message>
    <message>
        <source>Access token</source>
        <translation>Zugriffstoken</translation>
    </message>
    <message>
        <source>Access token of the hub</source>
        <translation>Zugriffstoken des Hubs</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Hinzufügen</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>An older chat then goes on at once, also after a restart, and is not read again from its beginning. What is kept is a second copy of what the chats say. It stays on this computer, and goes when its chat is deleted; the chats themselves are not touched.</source>
        <translation>Ein älterer Chat geht dann sofort weiter, auch nach einem Neustart, und wird nicht von vorn gelesen. Gespeichert wird eine zweite Kopie dessen, was in den Chats steht. Sie bleibt auf diesem Computer und verschwindet mit ihrem Chat; die Chats selbst bleiben unberührt.</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Asking the model…</source>
        <translation>Das Modell wird gefragt …</translation>
    </message>
    <message>
        <source>Asking {name}…</source>
        <translation>{name} wird gefragt …</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>Attach files</source>
        <translation>Dateien anhängen</translation>
    </message>
    <message>
        <source>Attach text, PDF or code files, or pictures</source>
        <translation>Text-, PDF- oder Codedateien oder Bilder anhängen</translation>
    </message>
    <message>
        <source>Attached files</source>
        <translation>Angehängte Dateien</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Branch into a new chat</source>
        <translation>In einen neuen Chat abzweigen</translation>
    </message>
    <message>
        <source>Build for this model</source>
        <translation>Build für dieses Modell</translation>
    </message>
    <message>
        <source>Builds live side by side, each in a folder of its own, and are used by the process of a model alone. One that stops working is replaced by the bundled one, with a sentence.</source>
        <translation>Builds liegen nebeneinander, jeder in einem eigenen Ordner, und werden nur vom Prozess eines Modells benutzt. Versagt einer, tritt der mitgelieferte an seine Stelle, und Sie erfahren es.</translation>
    </message>
    <message>
        <source>Builds of llama.cpp</source>
        <translation>Builds von llama.cpp</translation>
    </message>
    <message>
        <source>CMake options</source>
        <translation>CMake-Optionen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Cancel editing</source>
        <translation>Bearbeiten abbrechen</translation>
    </message>
    <message>
        <source>Cancel editing (Esc)</source>
        <translation>Bearbeiten abbrechen (Esc)</translation>
    </message>
    <message>
        <source>Cancel the installation</source>
        <translation>Installation abbrechen</translation>
    </message>
    <message>
        <source>Change the folder that downloads go to</source>
        <translation>Ordner für Downloads ändern</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>Ändern …</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>Chat</translation>
    </message>
    <message>
        <source>Chat with models of any OpenAI-compatible server: vLLM, SGLang, llama-server, Ollama, LM Studio. What you write in such a chat is sent to that server. It is asked only when you test it or choose one of its models.</source>
        <translation>Chatten Sie mit Modellen jedes OpenAI-kompatiblen Servers: vLLM, SGLang, llama-server, Ollama, LM Studio. Was Sie in einem solchen Chat schreiben, geht an diesen Server. Gefragt wird er nur, wenn Sie ihn testen oder eines seiner Modelle wählen.</translation>
    </message>
    <message>
        <source>Chat: {title}</source>
        <translation>Chat: {title}</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>Chats</translation>
    </message>
    <message>
        <source>Chats in the trash</source>
        <translation>Chats im Papierkorb</translation>
    </message>
    <message>
        <source>Chats kept ready</source>
        <translation>Bereitgehaltene Chats</translation>
    </message>
    <message>
        <source>Chats stay here until you delete them for good.</source>
        <translation>Chats bleiben hier, bis Sie sie endgültig löschen.</translation>
    </message>
    <message>
        <source>Chats, models and settings stay on this computer. There is no telemetry.</source>
        <translation>Chats, Modelle und Einstellungen bleiben auf diesem Computer. Es gibt keine Telemetrie.</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Check the build {name}</source>
        <translation>Den Build {name} prüfen</translation>
    </message>
    <message>
        <source>Checked by a real decode before it is offered.</source>
        <translation>Wird mit echtem Decoding geprüft, bevor er angeboten wird.</translation>
    </message>
    <message>
        <source>Checking {name} with a real model…</source>
        <translation>{name} wird mit einem echten Modell geprüft …</translation>
    </message>
    <message>
        <source>Choose a folder with models</source>
        <translation>Ordner mit Modellen wählen</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>Choose a wheel</source>
        <translation>Wheel wählen</translation>
    </message>
    <message>
        <source>Choose the folder that downloads go to</source>
        <translation>Ordner für Downloads wählen</translation>
    </message>
    <message>
        <source>Choose the wheel file</source>
        <translation>Wheel-Datei wählen</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Clear now</source>
        <translation>Jetzt leeren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>Schließen (Esc)</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Commands for the server</source>
        <translation>Befehle für den Server</translation>
    </message>
    <message>
        <source>Compiles with your C++ compiler: minutes on the CPU, longer for CUDA.</source>
        <translation>Wird mit Ihrem C++-Compiler übersetzt: Minuten für die CPU, länger für CUDA.</translation>
    </message>
    <message>
        <source>Continue a cut reply</source>
        <translation>Abgeschnittene Antwort fortsetzen</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>Unterhaltung</translation>
    </message>
    <message>
        <source>Copied.</source>
        <translation>Kopiert.</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy the commands</source>
        <translation>Befehle kopieren</translation>
    </message>
    <message>
        <source>Copy the path</source>
        <translation>Pfad kopieren</translation>
    </message>
    <message>
        <source>Copy the path of the chats</source>
        <translation>Pfad der Chats kopieren</translation>
    </message>
    <message>
        <source>Copy the path of the logs</source>
        <translation>Pfad der Protokolle kopieren</translation>
    </message>
    <message>
        <source>Copy the path of the settings</source>
        <translation>Pfad der Einstellungen kopieren</translation>
    </message>
    <message>
        <source>Copy the report</source>
        <translation>Bericht kopieren</translation>
    </message>
    <message>
        <source>Copy what the model saw</source>
        <translation>Kopieren, was das Modell sah</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln chats for good?</source>
        <translation>
            <numerusform>%Ln Chat endgültig löschen?</numerusform>
            <numerusform>%Ln Chats endgültig löschen?</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete a model</source>
        <translation>Modell löschen</translation>
    </message>
    <message>
        <source>Delete all chats kept ready</source>
        <translation>Alle bereitgehaltenen Chats löschen</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>Endgültig löschen</translation>
    </message>
    <message>
        <source>Delete for good…</source>
        <translation>Endgültig löschen …</translation>
    </message>
    <message>
        <source>Delete the chosen chat</source>
        <translation>Gewählten Chat löschen</translation>
    </message>
    <message>
        <source>Deleted {when}</source>
        <translation>Gelöscht am {when}</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Devices of this computer</source>
        <translation>Geräte dieses Computers</translation>
    </message>
    <message>
        <source>Discover</source>
        <translation>Entdecken</translation>
    </message>
    <message>
        <source>Disk: {use}</source>
        <translation>Datenträger: {use}</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>Downloads</translation>
    </message>
    <message>
        <source>Downloads go to</source>
        <translation>Downloads liegen in</translation>
    </message>
    <message numerus="yes">
        <source>Downloads, %Ln unfinished</source>
        <translation>
            <numerusform>Downloads, %Ln nicht abgeschlossen</numerusform>
            <numerusform>Downloads, %Ln nicht abgeschlossen</numerusform>
        </translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>Bearbeiten</translation>
    </message>
    <message>
        <source>Edit the chosen message, rename the chosen chat</source>
        <translation>Gewählte Nachricht bearbeiten, gewählten Chat umbenennen</translation>
    </message>
    <message>
        <source>Edit the last message, from an empty line</source>
        <translation>Letzte Nachricht bearbeiten, in leerer Zeile</translation>
    </message>
    <message>
        <source>Edit the server {name}</source>
        <translation>Den Server {name} bearbeiten</translation>
    </message>
    <message>
        <source>Editing a message</source>
        <translation>Nachricht wird bearbeitet</translation>
    </message>
    <message>
        <source>Editing your message. Sending asks again; the old version stays. Esc cancels.</source>
        <translation>Sie bearbeiten Ihre Nachricht. Senden fragt erneut; die alte Fassung bleibt. Esc bricht ab.</translation>
    </message>
    <message>
        <source>Eject the model</source>
        <translation>Modell auswerfen</translation>
    </message>
    <message>
        <source>Empty reply</source>
        <translation>Leere Antwort</translation>
    </message>
    <message>
        <source>Empty the trash…</source>
        <translation>Papierkorb leeren …</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>Engines</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter begins a line</source>
        <translation>Enter sendet, Umschalt+Enter beginnt eine neue Zeile</translation>
    </message>
    <message>
        <source>Every connection since the program was started:</source>
        <translation>Alle Verbindungen seit dem Start des Programms:</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>In diesem Chat suchen</translation>
    </message>
    <message>
        <source>Folder {name}, {chats}, {state}</source>
        <translation>Ordner {name}, {chats}, {state}</translation>
    </message>
    <message>
        <source>Follow the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>For single models</source>
        <translation>Für einzelne Modelle</translation>
    </message>
    <message>
        <source>Forget</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Forget the access token</source>
        <translation>Zugriffstoken vergessen</translation>
    </message>
    <message>
        <source>GPUs of a node</source>
        <translation>GPUs je Knoten</translation>
    </message>
    <message>
        <source>GiB of each GPU</source>
        <translation>GiB je GPU</translation>
    </message>
    <message>
        <source>Good models to begin with</source>
        <translation>Gute Modelle für den Anfang</translation>
    </message>
    <message>
        <source>Guess &amp;ahead</source>
        <translation>&amp;Vorausraten</translation>
    </message>
    <message>
        <source>Host</source>
        <translation>Rechner</translation>
    </message>
    <message>
        <source>How a server would hold it…</source>
        <translation>Wie ein Server es fassen würde …</translation>
    </message>
    <message>
        <source>Index</source>
        <translation>Index</translation>
    </message>
    <message>
        <source>Install</source>
        <translation>Installieren</translation>
    </message>
    <message>
        <source>Install a build: {build}</source>
        <translation>Build installieren: {build}</translation>
    </message>
    <message>
        <source>Install another build</source>
        <translation>Weiteren Build installieren</translation>
    </message>
    <message>
        <source>Install from</source>
        <translation>Installieren aus</translation>
    </message>
    <message>
        <source>Installing {running}. You can go on chatting meanwhile.</source>
        <translation>{running} wird installiert. Sie können solange weiterchatten.</translation>
    </message>
    <message>
        <source>Inter typeface</source>
        <translation>Schrift Inter</translation>
    </message>
    <message>
        <source>Its oldest tokens are forgotten</source>
        <translation>werden die ältesten Tokens vergessen</translation>
    </message>
    <message>
        <source>JetBrains Mono typeface</source>
        <translation>Schrift JetBrains Mono</translation>
    </message>
    <message>
        <source>Jump to latest</source>
        <translation>Zum Ende springen</translation>
    </message>
    <message>
        <source>Keep on disk what models have read of a chat</source>
        <translation>Auf dem Datenträger behalten, was Modelle von einem Chat gelesen haben</translation>
    </message>
    <message>
        <source>Keep the server</source>
        <translation>Server behalten</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>Größerer Text</translation>
    </message>
    <message>
        <source>Last changed {when}</source>
        <translation>Zuletzt geändert am {when}</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Load a GGUF model to measure which settings suit it on this machine best.</source>
        <translation>Laden Sie ein GGUF-Modell, um zu messen, welche Einstellungen hier am besten zu ihm passen.</translation>
    </message>
    <message>
        <source>Load a model with it and decode a few tokens</source>
        <translation>Ein Modell damit laden und einige Tokens dekodieren</translation>
    </message>
    <message>
        <source>Load {model} with the build of all models</source>
        <translation>{model} mit dem Build aller Modelle laden</translation>
    </message>
    <message>
        <source>Load {name}</source>
        <translation>{name} laden</translation>
    </message>
    <message>
        <source>Log of the installation</source>
        <translation>Protokoll der Installation</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>Protokolle</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>Erneut suchen</translation>
    </message>
    <message>
        <source>Look at it</source>
        <translation>Ansehen</translation>
    </message>
    <message>
        <source>Look at {title}</source>
        <translation>{title} ansehen</translation>
    </message>
    <message>
        <source>Looking at this computer…</source>
        <translation>Dieser Computer wird untersucht …</translation>
    </message>
    <message>
        <source>Lucide icons</source>
        <translation>Lucide-Symbole</translation>
    </message>
    <message>
        <source>Measure now</source>
        <translation>Jetzt messen</translation>
    </message>
    <message>
        <source>Measure probabilities</source>
        <translation>Wahrscheinlichkeiten messen</translation>
    </message>
    <message>
        <source>Measurements</source>
        <translation>Messwerte</translation>
    </message>
    <message>
        <source>Measuring… {percent}</source>
        <translation>Messung läuft … {percent}</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Nachricht</translation>
    </message>
    <message>
        <source>Message before</source>
        <translation>Vorige Nachricht</translation>
    </message>
    <message>
        <source>Message the model</source>
        <translation>Nachricht an das Modell</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Model folders</source>
        <translation>Modellordner</translation>
    </message>
    <message>
        <source>Model servers</source>
        <translation>Modellserver</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models are read where they are, never copied. The folders of LM Studio, Ollama and Hugging Face are looked at by themselves; add others here.</source>
        <translation>Modelle werden dort gelesen, wo sie liegen, und nie kopiert. Die Ordner von LM Studio, Ollama und Hugging Face werden von selbst gefunden; fügen Sie hier weitere hinzu.</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>In den Papierkorb</translation>
    </message>
    <message>
        <source>Move {name} to the trash?</source>
        <translation>{name} in den Papierkorb legen?</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Navigation</source>
        <translation>Navigation</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>Netzwerk</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>New line in the message</source>
        <translation>Neue Zeile in der Nachricht</translation>
    </message>
    <message>
        <source>Next (Enter)</source>
        <translation>Weiter (Enter)</translation>
    </message>
    <message>
        <source>Next place found</source>
        <translation>Nächste Fundstelle</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>Nächste Fassung</translation>
    </message>
    <message>
        <source>Next: {next_step}</source>
        <translation>Nächster Schritt: {next_step}</translation>
    </message>
    <message>
        <source>Nodes</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>Not measured on this machine yet. It happens by itself when the computer rests.</source>
        <translation>Auf diesem Computer noch nicht gemessen. Das geschieht von selbst, wenn er ruht.</translation>
    </message>
    <message>
        <source>Not usable</source>
        <translation>Nicht nutzbar</translation>
    </message>
    <message>
        <source>Nothing has left this computer since the program was started.</source>
        <translation>Seit dem Start des Programms hat nichts diesen Computer verlassen.</translation>
    </message>
    <message>
        <source>Nothing is kept now.</source>
        <translation>Derzeit ist nichts gespeichert.</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>Älter</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Ein</translation>
    </message>
    <message>
        <source>Open a .gguf file</source>
        <translation>.gguf-Datei öffnen</translation>
    </message>
    <message>
        <source>Open a link</source>
        <translation>Link öffnen</translation>
    </message>
    <message>
        <source>Open this address in your browser?</source>
        <translation>Diese Adresse im Browser öffnen?</translation>
    </message>
    <message>
        <source>OpenAI-compatible server</source>
        <translation>OpenAI-kompatibler Server</translation>
    </message>
    <message>
        <source>Options of this chat</source>
        <translation>Optionen dieses Chats</translation>
    </message>
    <message>
        <source>Other programs were busy meanwhile, so this would not hold. Close them and measure again.</source>
        <translation>Andere Programme waren währenddessen beschäftigt; das Ergebnis wäre unzuverlässig. Schließen Sie sie und messen Sie erneut.</translation>
    </message>
    <message>
        <source>Package or folder</source>
        <translation>Paket oder Ordner</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>Angeheftet</translation>
    </message>
    <message>
        <source>Previous (Shift+Enter)</source>
        <translation>Zurück (Umschalt+Enter)</translation>
    </message>
    <message>
        <source>Previous 30 days</source>
        <translation>Letzte 30 Tage</translation>
    </message>
    <message>
        <source>Previous 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Purpose</source>
        <translation>Zweck</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Reading the header of the file…</source>
        <translation>Der Kopf der Datei wird gelesen …</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove the build {name}</source>
        <translation>Den Build {name} entfernen</translation>
    </message>
    <message>
        <source>Remove the server {name} and its key</source>
        <translation>Den Server {name} und seinen Schlüssel entfernen</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>Anfragen</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Save the access token</source>
        <translation>Zugriffstoken speichern</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>Alle Chats durchsuchen</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Suche läuft …</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>Alles auswählen</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>Senden (Enter)</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>Nachricht senden</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Kleinerer Text</translation>
    </message>
    <message>
        <source>Source code</source>
        <translation>Quellcode</translation>
    </message>
    <message>
        <source>Speed on this machine</source>
        <translation>Tempo auf diesem Computer</translation>
    </message>
    <message>
        <source>Stay offline: refuse every connection to other machines</source>
        <translation>Offline bleiben: jede Verbindung zu anderen Rechnern ablehnen</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>Anhalten (Esc)</translation>
    </message>
    <message>
        <source>Stop looking for models in {folder}</source>
        <translation>In {folder} nicht mehr nach Modellen suchen</translation>
    </message>
    <message>
        <source>Stop the reply</source>
        <translation>Antwort anhalten</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>Testen</translation>
    </message>
    <message>
        <source>Test the address that was entered</source>
        <translation>Eingegebene Adresse testen</translation>
    </message>
    <message>
        <source>Test the server {name}</source>
        <translation>Den Server {name} testen</translation>
    </message>
    <message>
        <source>The language changes when Quantbench is opened again.</source>
        <translation>Die Sprache wechselt beim nächsten Start von Quantbench.</translation>
    </message>
    <message>
        <source>The measurement was stopped, because the model had something else to do.</source>
        <translation>Die Messung wurde abgebrochen, weil das Modell anderes zu tun hatte.</translation>
    </message>
    <message>
        <source>The model evaluates everything again…</source>
        <translation>Das Modell wertet alles noch einmal aus …</translation>
    </message>
    <message>
        <source>The model evaluates the prompt and its reply once more, which takes a while.</source>
        <translation>Das Modell wertet Prompt und Antwort noch einmal aus; das dauert etwas.</translation>
    </message>
    <message>
        <source>The most that chats kept ready may take on the disk</source>
        <translation>Höchster Platzbedarf bereitgehaltener Chats auf dem Datenträger</translation>
    </message>
    <message>
        <source>The reply ends</source>
        <translation>endet die Antwort</translation>
    </message>
    <message>
        <source>The trash is empty. Chats that you delete come here first.</source>
        <translation>Der Papierkorb ist leer. Gelöschte Chats kommen zuerst hierher.</translation>
    </message>
    <message>
        <source>Their files take at most half of the memory, which leaves room for the conversation and for other programs. Or choose any model from the list.</source>
        <translation>Ihre Dateien belegen höchstens die Hälfte des Speichers; so bleibt Platz für die Unterhaltung und andere Programme. Oder wählen Sie ein beliebiges Modell aus der Liste.</translation>
    </message>
    <message>
        <source>This cannot be undone: the text is overwritten on the disk.</source>
        <translation>Das lässt sich nicht rückgängig machen: Der Text wird auf dem Datenträger überschrieben.</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>Dieser Computer</translation>
    </message>
    <message>
        <source>This list</source>
        <translation>Diese Liste</translation>
    </message>
    <message>
        <source>This machine has {memory}.</source>
        <translation>Dieser Computer hat {memory}.</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>Papierkorb</translation>
    </message>
    <message>
        <source>Usable, not chosen</source>
        <translation>Nutzbar, nicht gewählt</translation>
    </message>
    <message>
        <source>Use for this model</source>
        <translation>Für dieses Modell verwenden</translation>
    </message>
    <message>
        <source>Use the build {name}</source>
        <translation>Den Build {name} verwenden</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>In Gebrauch</translation>
    </message>
    <message>
        <source>Usual text size</source>
        <translation>Übliche Textgröße</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Version before</source>
        <translation>Vorige Fassung</translation>
    </message>
    <message>
        <source>What models run on, and why</source>
        <translation>Worauf Modelle laufen und warum</translation>
    </message>
    <message>
        <source>What the model saw</source>
        <translation>Was das Modell sah</translation>
    </message>
    <message>
        <source>Wheels (*.whl);;All files (*)</source>
        <translation>Wheels (*.whl);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>When it runs, add it under Model servers in Settings: its models appear in the picker.</source>
        <translation>Wenn er läuft, fügen Sie ihn in den Einstellungen unter Modellserver hinzu: Seine Modelle erscheinen dann in der Auswahl.</translation>
    </message>
    <message>
        <source>Where things are kept</source>
        <translation>Wo alles liegt</translation>
    </message>
    <message>
        <source>Which card or processor models run on, why, and what an unused card lacks.</source>
        <translation>Auf welcher Karte oder welchem Prozessor Modelle laufen, warum, und was einer unbenutzten Karte fehlt.</translation>
    </message>
    <message>
        <source>Why is my GPU not used?</source>
        <translation>Warum wird meine GPU nicht benutzt?</translation>
    </message>
    <message>
        <source>Words to find</source>
        <translation>Gesuchte Wörter</translation>
    </message>
    <message>
        <source>Write another reply</source>
        <translation>Andere Antwort schreiben</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
    <message>
        <source>Your chats will be listed here. They stay on this computer.</source>
        <translation>Hier erscheinen Ihre Chats. Sie bleiben auf diesem Computer.</translation>
    </message>
    <message>
        <source>about {size}</source>
        <translation>etwa {size}</translation>
    </message>
    <message>
        <source>answering</source>
        <translation>antwortet</translation>
    </message>
    <message>
        <source>d MMMM yyyy, hh:mm</source>
        <comment>QLocale&apos;s format</comment>
        <translation>d. MMMM yyyy, hh:mm</translation>
    </message>
    <message>
        <source>f16, exact</source>
        <translation>f16, exakt</translation>
    </message>
    <message>
        <source>folded</source>
        <translation>zugeklappt</translation>
    </message>
    <message>
        <source>found: {text}</source>
        <translation>gefunden: {text}</translation>
    </message>
    <message>
        <source>key, if it needs one</source>
        <translation>Schlüssel, falls nötig</translation>
    </message>
    <message>
        <source>no models yet</source>
        <translation>noch keine Modelle</translation>
    </message>
    <message>
        <source>pinned</source>
        <translation>angeheftet</translation>
    </message>
    <message>
        <source>q4_0, a quarter, coarse</source>
        <translation>q4_0, ein Viertel, grob</translation>
    </message>
    <message>
        <source>q8_0, half the memory</source>
        <translation>q8_0, halber Speicher</translation>
    </message>
    <message>
        <source>such as cuda or native</source>
        <translation>etwa cuda oder native</translation>
    </message>
    <message>
        <source>such as lab</source>
        <translation>etwa Labor</translation>
    </message>
    <message>
        <source>that of the bundled build</source>
        <translation>die des mitgelieferten Builds</translation>
    </message>
    <message>
        <source>unfolded</source>
        <translation>aufgeklappt</translation>
    </message>
    <message>
        <source>{interface} from source…</source>
        <translation>{interface} aus Quellcode …</translation>
    </message>
    <message>
        <source>{interface} from the index…</source>
        <translation>{interface} aus dem Index …</translation>
    </message>
    <message numerus="yes">
        <source>{models} and %Ln more</source>
        <translation>
            <numerusform>{models} und %Ln weiteres</numerusform>
            <numerusform>{models} und %Ln weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>{models} of models, {free} of {total} free on this disk</source>
        <translation>{models} Modelle, {free} von {total} frei auf diesem Datenträger</translation>
    </message>
    <message numerus="yes">
        <source>{model} takes {memory} with a context of %Ln tokens.</source>
        <translation>
            <numerusform>{model} braucht {memory} bei einem Kontext von %Ln Token.</numerusform>
            <numerusform>{model} braucht {memory} bei einem Kontext von %Ln Tokens.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name} answers after {time} ({kind}): %Ln models, {models}.</source>
        <translation>
            <numerusform>{name} antwortet nach {time} ({kind}): %Ln Modell, {models}.</numerusform>
            <numerusform>{name} antwortet nach {time} ({kind}): %Ln Modelle, {models}.</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} of the server</source>
        <translation>{name} des Servers</translation>
    </message>
</context>
</TS>
