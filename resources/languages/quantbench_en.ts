<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="en">
<context>
    <name></name>
    <message numerus="yes">
        <source>Downloads, %Ln unfinished</source>
        <translation>
            <numerusform>Downloads, %Ln unfinished</numerusform>
            <numerusform>Downloads, %Ln unfinished</numerusform>
        </translation>
    </message>
</context>
</TS>
