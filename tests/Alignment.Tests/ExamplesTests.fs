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

/// What an example prints in all its languages, which run side by side.
let private inAll name extensions =
    extensions |> Array.ofList |> Array.Parallel.map (fun e -> e, run (name + e)) |> List.ofArray

let private line (start: string) (lines: string list) =
    match lines |> List.filter (fun l -> l.StartsWith(start, StringComparison.Ordinal)) with
    | [ one ] -> one
    | found ->
        failtest $"expected one line that starts with '{start}', got {found.Length} in\n{String.Join('\n', lines)}"

/// An example in all its languages: same specification, same certificate, and a line that only a right answer has.
let private agrees name extensions expected =
    testCase name (fun () ->
        let outputs = inAll name extensions

        for extension, lines in outputs do
            Expect.exists
                lines
                (fun l -> l.Contains(expected: string))
                $"{name}{extension} prints '{expected}':\n{String.Join('\n', lines)}"

        for start in [ "spec "; "certificate " ] do
            let first = line start (snd outputs[0])

            for extension, lines in List.tail outputs do
                Expect.equal (line start lines) first $"{name}{extension}: {start}")

/// An example that solves no game, and so has no certificate: in all its languages the same lines, and some that only right answers have.
let private prints name extensions expected =
    testCase name (fun () ->
        let outputs = inAll name extensions

        for extension, lines in outputs do
            for part in expected do
                Expect.exists
                    lines
                    (fun l -> l.Contains(part: string))
                    $"{name}{extension} prints '{part}':\n{String.Join('\n', lines)}"

            Expect.equal lines (snd outputs[0]) $"{name}{extension} prints the same")

[<Tests>]
let tests =
    startsProcesses (
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

            agrees "07-opponent-shaping" [ ".fsx"; ".cs" ] "mean payoff a round: naive -2.0, LOLA above -1.5: true"
            agrees "08-panacea" [ ".fsx"; ".cs" ] "farthest from the front over 21 preferences: KL below 1e-3: true"

            // by the closed form: value 0.577020, exp(entropy) 6.96 and 5.45
            agrees "11-red-blue" [ ".fsx"; ".cs" ] "best and away           8  0.577020         6.96          5.45"

            // margins 0.6, 0.5 and 0.3 round the circle: weights 0.5, 0.3 and 0.6 of 1.4
            prints "09-ratings" [ ".fsx"; ".cs" ] [
                "chat    64.9  30.9    69.2  -0.334  -0.710          0.3571      0.3031"
                "code    28.2  30.4    24.1   0.860   0.000          0.2143      0.2930"
                "math    28.2  30.4    26.6  -0.335   0.704          0.4286      0.3316"
                "Hodge: 54.9 % of the log-odds' energy is cyclic"
                "Condorcet winner   a"
                "maximal lottery    a 1.0000"
            ]
            // (0.9, 0.1), (0.7, 0.5), (0.4, 0.8), (0.1, 0.9): 0.1 * 0.9 + 0.3 * 0.8 + 0.3 * 0.5 + 0.2 * 0.1 = 0.5
            prints "10-pareto" [ ".fsx"; ".cs" ] [
                "front         [0, 1, 3, 4]"
                "hypervolume   0.500 above helpful 0, harmless 0"
                "by draws      0.5022243 (95 % interval 0.499780690"
            ]
            agrees
                "12-sources-of-uncertainty"
                [ ".fsx"; ".cs" ]
                "clarify 'seal' first; AUROC of the total 0.355, of the context's part 0.904"
            // half of the regions are misread, three quarters of these loudly enough: 0.385
            prints "13-dropout-decoding" [ ".fsx"; ".cs" ] [
                "no masks                             0.390   0.611       0.000"
                "epistemic                            0.155   0.845       0.000"
                "epistemic, preliminary pass          0.390   0.611       0.000"
            ]

            // 2 - F < beta log(m (1 - ref) / ((1 - m) ref)) from 0.4 on
            agrees
                "14-reward-hacking"
                [ ".fsx"; ".cs" ]
                "the closed form says where the exploit stays below a tenth: true"
            // gold of best of 8 and of 1024 with an independent Student-t(1.5) error, by quadrature
            prints "15-over-optimization" [ ".fsx"; ".cs" ] [
                "0.286    0.504    0.586    0.538    0.410    0.273    0.172    0.108    0.068    0.043"
                "gold peaks at n = 8. Gold has fallen by checkpoint 8"
                "gold peaks at n = 4. Gold has fallen by checkpoint 5"
                "gold peaks at n = 1024. No fall of gold is shown by 6000 labels"
            ]
            agrees "16-helpful-harmless" [ ".fsx"; ".cs" ] "harm -0.3000 at a price of 0.0675"
            prints "17-information-flow" [ ".fsx"; ".cs" ] [
                "cut                          answer/right  flow/bridge"
                "subject to bridge, layer 1         0.2500       0.0000"
                "bridge to last, layer 2            0.2500       1.3863"
                "none                               1.0000       1.3863"
            ]

            // trained networks: what they say may differ in a digit from one kind of processor to another
            testCase "18-language-players" (fun () ->
                let outputs = inAll "18-language-players" [ ".fsx"; ".cs" ]

                for extension, lines in outputs do
                    Expect.equal lines (snd outputs[0]) $"{extension} prints the same"

                    let numbers (player: string) =
                        (line player lines).Split(' ', StringSplitOptions.RemoveEmptyEntries)
                        |> Array.tail
                        |> Array.map Double.Parse

                    match numbers "base", numbers "pupil", numbers "wary" with
                    | [| baseHelp; baseHarm |], [| pupilHelp; pupilHarm |], [| _; waryHarm |] ->
                        Expect.isGreaterThan pupilHelp baseHelp "good replies help more"
                        Expect.isLessThan pupilHarm baseHarm "and do less harm"
                        Expect.isLessThan waryHarm (baseHarm / 2.0) "labels by harm take away half of it and more"
                    | other -> failtest $"%A{other}")

            testCase "systems are declared in 40 lines at most, blank ones not counted" (fun () ->
                for name in
                    [
                        "12-sources-of-uncertainty"
                        "14-reward-hacking"
                        "16-helpful-harmless"
                        "17-information-flow"
                        "18-language-players"
                    ] do
                    for extension in [ ".fsx"; ".cs" ] do
                        let lines = File.ReadAllLines(Path.Combine(examples, name + extension))
                        let written = lines |> Array.filter (String.IsNullOrWhiteSpace >> not)
                        Expect.isLessThanOrEqual written.Length 40 $"{name}{extension}")

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
                        "07-opponent-shaping"
                        "08-panacea"
                        "09-ratings"
                        "10-pareto"
                        "11-red-blue"
                        "12-sources-of-uncertainty"
                        "13-dropout-decoding"
                        "14-reward-hacking"
                        "15-over-optimization"
                        "16-helpful-harmless"
                        "17-information-flow"
                        "18-language-players"
                    ])
                    "examples")
        ]
    )
