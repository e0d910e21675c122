<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
<context>
    <name></name>
    <message numerus="yes">
        <source>%Ln chats</source>
        <translation>
            <numerusform>%Ln chat</numerusform>
            <numerusform>%Ln chats</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln chats were exported.</source>
        <translation>
            <numerusform>%Ln chat was exported.</numerusform>
            <numerusform>%Ln chats were exported.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files</source>
        <translation>
            <numerusform>%Ln file</numerusform>
            <numerusform>%Ln files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files, its vision part included</source>
        <translation>
            <numerusform>%Ln file, its vision part included</numerusform>
            <numerusform>%Ln files, its vision part included</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln files. Emptying the trash then frees {size}.</source>
        <translation>
            <numerusform>%Ln file. Emptying the trash then frees {size}.</numerusform>
            <numerusform>%Ln files. Emptying the trash then frees {size}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models</source>
        <translation>
            <numerusform>%Ln model</numerusform>
            <numerusform>%Ln models</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models loaded hold {memory}</source>
        <translation>
            <numerusform>%Ln model loaded holds {memory}</numerusform>
            <numerusform>%Ln models loaded hold {memory}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln models, {size}</source>
        <translation>
            <numerusform>%Ln model, {size}</numerusform>
            <numerusform>%Ln models, {size}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln more</source>
        <translation>
            <numerusform>%Ln more</numerusform>
            <numerusform>%Ln more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln more</source>
        <comment>downloads</comment>
        <translation>
            <numerusform>%Ln more</numerusform>
            <numerusform>%Ln more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of the oldest tokens are forgotten in this reply</source>
        <translation>
            <numerusform>%Ln of the oldest tokens is forgotten in this reply</numerusform>
            <numerusform>%Ln of the oldest tokens are forgotten in this reply</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of the oldest tokens forgotten</source>
        <translation>
            <numerusform>%Ln of the oldest tokens forgotten</numerusform>
            <numerusform>%Ln of the oldest tokens forgotten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln pages</source>
        <translation>
            <numerusform>%Ln page</numerusform>
            <numerusform>%Ln pages</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln states are kept; clearing frees {size}.</source>
        <translation>
            <numerusform>%Ln state is kept; clearing frees {size}.</numerusform>
            <numerusform>%Ln states are kept; clearing frees {size}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens</source>
        <translation>
            <numerusform>%Ln token</numerusform>
            <numerusform>%Ln tokens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln tokens of context</source>
        <translation>
            <numerusform>%Ln token of context</numerusform>
            <numerusform>%Ln tokens of context</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %Ln chats for good?</source>
        <translation>
            <numerusform>Delete %Ln chat for good?</numerusform>
            <numerusform>Delete %Ln chats for good?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Downloads, %Ln unfinished</source>
        <translation>
            <numerusform>Downloads, %Ln unfinished</numerusform>
            <numerusform>Downloads, %Ln unfinished</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>None of %Ln models matches “{filter}”.</source>
        <translation>
            <numerusform>None of %Ln model matches “{filter}”.</numerusform>
            <numerusform>None of %Ln models matches “{filter}”.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{models} and %Ln more</source>
        <translation>
            <numerusform>{models} and %Ln more</numerusform>
            <numerusform>{models} and %Ln more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{model} takes {memory} with a context of %Ln tokens.</source>
        <translation>
            <numerusform>{model} takes {memory} with a context of %Ln token.</numerusform>
            <numerusform>{model} takes {memory} with a context of %Ln tokens.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{model} wrote %Ln tokens in {time}.</source>
        <translation>
            <numerusform>{model} wrote %Ln token in {time}.</numerusform>
            <numerusform>{model} wrote %Ln tokens in {time}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name} answers after {time} ({kind}): %Ln models, {models}.</source>
        <translation>
            <numerusform>{name} answers after {time} ({kind}): %Ln model, {models}.</numerusform>
            <numerusform>{name} answers after {time} ({kind}): %Ln models, {models}.</numerusform>
        </translation>
    </message>
</context>
</TS>
