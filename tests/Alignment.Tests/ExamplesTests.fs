module Alignment.Tests.ExamplesTests

open System
open System.IO
open Expecto
open Alignment.Tests.Fixtures

let private examples = Path.Combine(root, "examples")

/// The lines that a script prints.
let private output (arguments: string list) = (dotnet [] arguments).Split '\n' |> Array.map _.TrimEnd() |> List.ofArray

/// The ways in that a file name's extension allows.
let private run (file: string) =
    let path = Path.Combine(examples, file)

    match Path.GetExtension file with
    | ".fsx" -> output [ "fsi"; path ]
    | ".cs" -> output [ "run"; "-c"; "Release"; path ]
    | ".csx" -> output [ tool; "run"; path ]
    | other -> failtest $"no way to run '{other}'"

let private line (start: string) (lines: string list) =
    match lines |> List.filter (fun l -> l.StartsWith(start, StringComparison.Ordinal)) with
    | [ one ] -> one
    | found ->
        failtest $"expected one line that starts with '{start}', got {found.Length} in\n{String.Join('\n', lines)}"

/// An example in all its languages: same specification, same certificate, and a line that only a right answer has.
let private agrees name extensions expected =
    testCase name (fun () ->
        let outputs = extensions |> List.map (fun e -> e, run (name + e))

        for extension, lines in outputs do
            Expect.exists
                lines
                (fun l -> l.Contains(expected: string))
                $"{name}{extension} prints '{expected}':\n{String.Join('\n', lines)}"

        for start in [ "spec "; "certificate " ] do
            let first = line start (snd outputs[0])

            for extension, lines in List.tail outputs do
                Expect.equal (line start lines) first $"{name}{extension}: {start}")

[<Tests>]
let tests =
    // one after the other: each starts compilers of its own
    testSequenced (
        testList "examples" [
            agrees "00-quickstart" [ ".fsx"; ".cs" ] "red     0.4    injection 0.4000, persona 0.6000, encoding 0.0000"
            agrees "01-jailbreak-equilibrium" [ ".fsx"; ".cs"; ".csx" ] "0.292 (0.234 to 0.352)  PAIR 26% adaptive 74%"
            agrees "02-general-sum" [ ".fsx"; ".cs" ] "story=chicken"
            agrees "03-step-size-sweep" [ ".fsx"; ".cs" ] "0.00021"
            // an exploit is pressed with 7/9, a pressed request refused with 2/3; the value is 7/15
            agrees
                "04-hidden-intent"
                [ ".fsx"; ".cs" ]
                "red     0.46667   red, benign      pressed 1.0000, dropped 0.0000"

            agrees "05-weighted-scissors" [ ".fsx" ] "rock 0.5000, paper 0.2500, scissors 0.2500"
            // fixed mixtures stop at 0.0031 and 1.5e-05
            agrees "06-nash-learning" [ ".fsx"; ".cs" ] "6.5e-11  0.330 0.285 0.385"

            testCase "every example is run by this list" (fun () ->
                let found =
                    Directory.EnumerateFiles examples
                    |> Seq.map (fun p -> FileInfo(p).Name.Split('.')[0])
                    |> Seq.filter (fun n -> Char.IsDigit n[0])
                    |> Set.ofSeq

                Expect.equal
                    found
                    (Set.ofList [
                        "00-quickstart"
                        "01-jailbreak-equilibrium"
                        "02-general-sum"
                        "03-step-size-sweep"
                        "04-hidden-intent"
                        "05-weighted-scissors"
                        "06-nash-learning"
                    ])
                    "examples")
        ]
    )
