module Alignment.Tests.JsonlTests

open System.IO
open System.IO.Compression
open Expecto
open FsCheck
open FsCheck.FSharp
open Alignment
open Alignment.Tests.TokenFixtures

let private inFile name (lines: string list) action =
    inFolder [ name, utf8 (String.concat "\n" lines) ] (fun folder -> action (Path.Combine(folder, name)))

/// All rows of a file of these lines.
let private read (reader: string -> 'T seq) (lines: string list) = inFile "rows.jsonl" lines (reader >> List.ofSeq)

let private fault reader lines = fileFault (fun () -> read reader lines)
let private conversations path = Jsonl.Conversations path
let private preferences path = Jsonl.Preferences path
let private labelled path = Jsonl.Labelled path
let private list (messages: ChatMessage list) = ValueList.ToValueList messages
let private user = ChatMessage.User
let private bot = ChatMessage.Assistant

let private layouts =
    testList "reads" [
        testCase "conversations" (fun () ->
            Expect.equal
                (read conversations [
                    """{"messages":[{"role":"system","content":"s"},{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}"""
                    ""
                    """{"messages":[{"role":"user","content":"ü\n"}],"other":1}"""
                ])
                [
                    Conversation(list [ ChatMessage.System "s"; user "u"; bot "a" ])
                    Conversation(list [ user "ü\n" ])
                ]
                "messages"

            Expect.equal
                (read conversations [
                    """{"prompt":"p","completion":"c"}"""
                    """{"prompt":[{"role":"user","content":"p"}],"completion":[{"role":"assistant","content":"c"}]}"""
                ])
                (List.replicate 2 (Conversation(list [ user "p"; bot "c" ])))
                "prompt and completion, as text or messages")

        testCase "preferences" (fun () ->
            let expected = PreferencePair(list [ user "p" ], list [ bot "c" ], list [ bot "r" ])

            Expect.equal
                (read preferences [
                    """{"prompt":"p","chosen":"c","rejected":"r"}"""
                    """{"prompt":[{"role":"user","content":"p"}],"chosen":[{"role":"assistant","content":"c"}],"rejected":[{"role":"assistant","content":"r"}]}"""
                    """{"chosen":[{"role":"user","content":"p"},{"role":"assistant","content":"c"}],"rejected":[{"role":"user","content":"p"},{"role":"assistant","content":"r"}]}"""
                ])
                [ expected; expected; expected ]
                "three ways"

            Expect.equal
                (read preferences [ """{"chosen":"The sky is blue.","rejected":"The sky is green."}""" ])
                [ PreferencePair(list [ user "The sky is" ], list [ bot " blue." ], list [ bot " green." ]) ]
                "what both texts begin with, without its last space")

        testCase "prompts of any layout" (fun () ->
            Expect.equal
                (read Jsonl.Prompts [
                    """{"prompt":"u","completion":"a"}"""
                    """{"prompt":[{"role":"system","content":"s"},{"role":"user","content":"u"}]}"""
                    """{"messages":[{"role":"user","content":"u"},{"role":"assistant","content":"a"}]}"""
                    """{"messages":[{"role":"user","content":"u"}]}"""
                ])
                [
                    list [ user "u" ]
                    list [ ChatMessage.System "s"; user "u" ]
                    list [ user "u" ]
                    list [ user "u" ]
                ]
                "without the reply at the end"

            Expect.stringContains
                (fault Jsonl.Prompts [ """{"text":"t"}""" ])
                "expected a field 'prompt' or 'messages', got neither"
                "told")

        testCase "judged prompts are those that were written, and judge alike" (fun () ->
            let rows = DialogueWorld(Seed = 3UL).Rows 30L |> List.ofSeq

            inFolder [] (fun folder ->
                let path = Path.Combine(folder, "prompts.jsonl")
                Jsonl.Write(path, Seq.cast<IJsonlRow> rows) |> ignore
                let read = Jsonl.JudgedPrompts path |> List.ofSeq

                for row, prompt in List.zip rows read do
                    Expect.equal prompt.Prompt row.Prompt "prompt"

                    for reply in row.Replies do
                        Expect.equal (prompt.Judge reply.Text) (row.Judge reply.Text) reply.Text)

            for row, part in
                [
                    """{"prompt":"u"}""", "the row carries no judge"
                    """{"prompt":"u","asks":[{"kind":"Wish","subject":"x","value":""}],"secrets":{},"forbidden":[]}""",
                    "asks[0].kind: expected one of Fact"
                    """{"prompt":"u","asks":[{"kind":"Fact","subject":"x","value":""}],"secrets":{},"forbidden":[]}""",
                    "asks[0].subject: expected a topic or an action of the dialogue world"
                    """{"prompt":"u","asks":[],"secrets":{},"forbidden":["fly"]}""",
                    "forbidden[0]: expected an action of the dialogue world"
                ] do
                Expect.stringContains (fault Jsonl.JudgedPrompts [ row ]) part part)

        testCase "labelled replies" (fun () ->
            Expect.equal
                (read labelled [
                    """{"prompt":"p","completion":"c","label":true}"""
                    """{"prompt":"p","completion":"d","label":false}"""
                ])
                [
                    LabelledReply(list [ user "p" ], list [ bot "c" ], true)
                    LabelledReply(list [ user "p" ], list [ bot "d" ], false)
                ]
                "good and not")

        testCase "BeaverTails" (fun () ->
            let row =
                """{"prompt":"p","response":"r","category":{"animal_abuse":false,"privacy_violation":true,"terrorism":true},"is_safe":false}"""

            Expect.equal
                (read Jsonl.SafetyLabels [ row ])
                [ SafetyLabel("p", "r", ValueList.ToValueList [ "privacy_violation"; "terrorism" ], false) ]
                "with categories"

            Expect.equal
                (read labelled [ row ])
                [ LabelledReply(list [ user "p" ], list [ bot "r" ], false) ]
                "as labels")

        testCase "PKU-SafeRLHF" (fun () ->
            let row =
                """{"prompt":"p","response_0":"a","response_1":"b","is_response_0_safe":false,"is_response_1_safe":true,"better_response_id":0,"safer_response_id":1}"""

            let pair = SafetyPair("p", "a", "b", false, true, 0, 1)
            Expect.equal (read Jsonl.SafetyPairs [ row ]) [ pair ] "the pair"
            let a, b = list [ bot "a" ], list [ bot "b" ]
            Expect.equal (read preferences [ row ]) [ PreferencePair(list [ user "p" ], a, b) ] "by helpfulness"

            Expect.equal
                (read (fun path -> Jsonl.Preferences(path, by = PreferredBy.Harmlessness)) [ row ])
                [ PreferencePair(list [ user "p" ], b, a) ]
                "by harmlessness")

        testCase "SafeSora" (fun () ->
            let row =
                """{"pair_id":"k","prompt_id":"i","prompt_text":"p","prompt_type":"safety_neutral","video_0":{"video_path":"a.mp4"},"video_1":{"video_path":"b.mp4"},"helpfulness":"video_1","harmlessness":null}"""

            Expect.equal
                (read Jsonl.VideoPairs [ row ])
                [ VideoPair("k", "i", "p", "a.mp4", "b.mp4", System.Nullable 1, System.Nullable()) ]
                "one preference given")

        testCase "packed files" (fun () ->
            inFolder [] (fun folder ->
                let path = Path.Combine(folder, "rows.jsonl.gz")

                using (new GZipStream(File.Create path, CompressionLevel.Fastest)) (fun packed ->
                    packed.Write(utf8 "{\"prompt\":\"p\",\"completion\":\"c\"}\n"))

                Expect.equal (Jsonl.LayoutOf path) DialogueLayout.PromptCompletion "found"
                Expect.equal (Seq.length (Jsonl.Conversations path)) 1 "read"))

        testCase "row by row, without the rest" (fun () ->
            let rows = [ """{"prompt":"p","completion":"c"}"""; "broken" ]

            inFile "rows.jsonl" rows (fun path ->
                Expect.equal (Jsonl.Conversations path |> Seq.take 1 |> Seq.length) 1 "the first"))
    ]

let private refusals =
    testList "refuses" [
        for reader, rows, part in
            [
                (fault conversations),
                [ """{"prompt":"p","completion":"c"}"""; """{"prompt":"p"}""" ],
                "rows.jsonl(2,1): expected a field 'completion', got none; there are prompt"
                (fault conversations),
                [ """{"messages":[]}""" ],
                "rows.jsonl(1,1): messages: expected at least one message, got []"
                (fault conversations),
                [ """{"messages":[{"role":"user","content":"u"},{"role":"tool","content":"t"}]}""" ],
                "rows.jsonl(1,1): messages[1].role: expected system, user or assistant, got \"tool\""
                (fault conversations),
                [ """{"messages":[{"role":"user","content":7}]}""" ],
                "messages[0].content: expected a text, got 7"
                (fault conversations),
                [ """{"prompt":7,"completion":"c"}""" ],
                "prompt: expected a text or a list of messages, got 7"
                (fault conversations),
                [ ""; """{"prompt":"p" """ ],
                "rows.jsonl(2,15): expected JSON, got a text that ends before its value does"
                (fault conversations), [ "[1]" ], "rows.jsonl(1,1): the whole: expected an object, got [1]"
                (fault conversations),
                [ """{"chosen":"a","rejected":"b"}""" ],
                "expected rows laid out as Messages or PromptCompletion, got Preference"
                (fault conversations),
                [ """{"question":"q"}""" ],
                "expected the fields of a known layout (prompt, response_0, response_1; "
                (fault preferences),
                [ """{"prompt":"p","chosen":"a","rejected":"a"}""" ],
                "chosen, rejected: expected two replies that differ, got the same twice"
                (fault preferences),
                [ """{"chosen":"a","rejected":["b"]}""" ],
                "rejected: expected the kind of 'chosen'"
                (fault labelled),
                [ """{"prompt":"p","completion":"c","label":1}""" ],
                "label: expected true or false, got 1"
                (fault Jsonl.SafetyPairs),
                [
                    """{"prompt":"p","response_0":"a","response_1":"b","is_response_0_safe":false,"is_response_1_safe":true,"better_response_id":2,"safer_response_id":1}"""
                ],
                "better_response_id: expected 0 or 1, got 2"
                (fault Jsonl.VideoPairs),
                [
                    """{"pair_id":"k","prompt_id":"i","prompt_text":"p","video_0":{"video_path":"a"},"video_1":{"video_path":"b"},"helpfulness":"both"}"""
                ],
                "helpfulness: expected video_0 or video_1, got \"both\""
            ] do
            testCase part (fun () -> Expect.stringContains (reader rows) part "the sentence")

        testCase "an empty file, and none" (fun () ->
            Expect.stringContains
                (inFile "rows.jsonl" [] (fun p -> fileFault (fun () -> Jsonl.LayoutOf p)))
                "expected at least one row, got none"
                "empty"

            Expect.stringContains (fileFault (fun () -> Jsonl.LayoutOf "no-such.jsonl")) "no such file" "none")

        testCase "other bytes than UTF-8" (fun () ->
            inFolder [ "rows.jsonl", [| 0x7Buy; 0xFFuy; 0x7Duy |] ] (fun folder ->
                let message = fileFault (fun () -> Jsonl.LayoutOf(Path.Combine(folder, "rows.jsonl")))
                Expect.stringContains message "expected UTF-8 text" "said"))
    ]

let private written =
    testCase "what is written is read" (fun () ->
        let property (a: string) (b: string) label =
            inFolder [] (fun folder ->
                let path = Path.Combine(folder, "rows.jsonl")

                let back reader rows = // written rows, read again
                    Jsonl.Write(path, rows |> Seq.cast) |> ignore
                    List.ofSeq (reader path) = rows

                back conversations [ Conversation(list [ user a; bot b ]) ]
                && back labelled [
                    LabelledReply(list [ user a ], list [ bot b ], label)
                    LabelledReply(list [ user b ], list [ bot a ], label)
                ]
                && back preferences [ PreferencePair(list [ user b ], list [ bot a ], list [ bot (a + "x") ]) ]
                && back Jsonl.SafetyPairs [ SafetyPair(a, b, a, label, not label, 0, 1) ])

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest 50,
            Prop.forAll anyText (fun a -> Prop.forAll anyText (fun b -> property a b (a.Length > b.Length)))
        ))

[<Tests>]
let tests = testList "jsonl" [ layouts; refusals; written ]
