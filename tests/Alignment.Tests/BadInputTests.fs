/// What bad input gets: exit code 2, one message on stderr that names the place, what was found, what was expected and the nearest
/// valid name; nothing on stdout, and nothing written.
module Alignment.Tests.BadInputTests

open System
open System.Diagnostics
open System.IO
open Expecto
open Alignment
open Alignment.CommandLine
open Alignment.Cli
open Alignment.Tests.Fixtures

// ---- Shorthand -----------------------------------------------------------------------------------------------------

/// Runs a command that must fail in a folder that holds one file, if any; afterwards the folder must hold no other.
/// `{dir}` in arguments and message stands for the folder.
let private refusedBy run (file: (string * string) option) (args: string list) expect =
    inFolder (fun folder ->
        file
        |> Option.iter (fun (name, content: string) -> File.WriteAllText(Path.Combine(folder, name), content))

        let there (text: string) = text.Replace("{dir}", folder)
        let code, out, error = run (args |> List.map there)
        Expect.equal code ExitCode.WrongInput $"exit code 2, with: %s{error}"
        Expect.equal out "" "nothing on stdout"
        expect there (error: string)

        Expect.equal
            (Directory.GetFileSystemEntries folder |> Array.map (fun path -> FileInfo(path).Name) |> List.ofArray)
            (file |> Option.map fst |> Option.toList)
            "nothing written")

let private oneLine (message: string) (there: string -> string) (error: string) =
    Expect.equal (error.TrimEnd()) ("align: " + there message) "one message"
    Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line"

/// Refused whatever form of result is asked for, and wherever it should be written.
let private refused file args message =
    for asked in [ []; [ "--json" ]; [ "--format"; "gambit" ] ] do
        refusedBy align file (args @ [ "--out"; "{dir}/runs" ] @ asked) (oneLine message)

/// A file that is refused, by any solver's way into it; `place` is `(line,column)`, or empty for the whole file.
let private wrongFile name content (place: string) message =
    testCase $"{name}{place} {message}" (fun () ->
        let file = Some(name, content)
        let message = $"{{dir}}/{name}{place}: {message}"
        refused file [ "solve"; $"{{dir}}/{name}"; "--solver"; "rm" ] message
        // what checks and what only plans reads the file as well
        refusedBy align file [ "check"; $"{{dir}}/{name}" ] (oneLine message)
        refusedBy align file [ "solve"; $"{{dir}}/{name}"; "--dry-run" ] (oneLine message))

let private wrongWords args message = testCase (String.concat " " args) (fun () -> refused None args message)

let private rps = "rock_paper_scissors"

// ---- Payoffs that are no numbers -----------------------------------------------------------------------------------

let private orLongForm = ", or a column 'payoff' or 'payoff:PLAYER' if each row is one cell of the game"

let private twoByTwo = "NFG 1 R \"t\" { \"red\" \"blue\" }\n{ { \"a\" \"b\" } { \"x\" \"y\" } }\n"

let private nonFinite =
    testList "NaN and infinite payoffs" [
        for number in [ "NaN"; "nan"; "inf"; "-Infinity"; "1e999"; "1/0"; ""; "two" ] do
            wrongFile
                "matrix.csv"
                $"me\\you,a,b\nc,1,{number}\nd,0,1\n"
                "(2,5)"
                $"the payoff of (me 'c', you 'b') is '{number}'; expected a finite number{orLongForm}"

            wrongFile
                "long.csv"
                $"red,blue,payoff:red,payoff:blue\na,x,1,2\na,y,3,{number}\n"
                "(3,7)"
                $"'payoff:blue' of (red 'a', blue 'y') is '{number}'; expected a finite number"

        for number in [ "NaN"; "nan"; "inf"; "-Infinity"; "1e999"; "1/0"; "two" ] do
            wrongFile
                "payoffs.nfg"
                $"{twoByTwo}1 2 3 4\n{number} 6 7 8\n"
                "(4,1)"
                $"payoff 5 of 8, to 'red' at (red 'a', blue 'y'), is '{number}'; expected a finite number"

            wrongFile
                "outcomes.nfg"
                $"{twoByTwo}{{ {{ \"win\" 1 -1 }}\n{{ \"loss\" -1 {number} }} }} 1 2 2 1\n"
                "(4,13)"
                $"payoff 2 of outcome 2, to 'blue', is '{number}'; expected a finite number, or '}}'"

        for number in [ "NaN"; "Infinity"; "-Infinity"; "1e999" ] do
            wrongWords
                [ "solve"; rps; "--solver"; "rm"; "--set"; $"rock={number}" ]
                $"--set: parameter 'rock' expects a finite number, got '{number}'."
    ]

// ---- Tables that are not whole -------------------------------------------------------------------------------------

let private tables =
    testList "ragged and empty tables" [
        wrongFile "short.csv" "me\\you,a,b\nc,1\nd,2,3\n" "(2,3)" "the row has 2 cells; expected 3, as in the header"
        wrongFile "wide.csv" "me\\you,a,b\nc,1,2\nd,2,3,4\n" "(3,5)" "the row has 4 cells; expected 3, as in the header"
        wrongFile
            "hole.csv"
            "red,blue,payoff\na,x,1\na,y,2\nb,x,3\n"
            "(4,1)"
            "cell (red 'b', blue 'y') is missing: the rows up to here give 3 of 2 x 2 cells; add a row for it"
        wrongFile
            "twice.csv"
            "red,blue,payoff\na,x,1\na,x,2\n"
            "(3,1)"
            "cell (red 'a', blue 'x') is given again, first on line 2; give every cell in one row"
        wrongFile "nothing.csv" "" "" "is empty; expected a header row"
        wrongFile "header.csv" "red,blue,payoff\n" "" "has a header but no rows; expected at least one"
        wrongFile
            "columns.csv"
            "me\\you\nc\n"
            "(1,1)"
            "the header names no action of player 'you'; expected at least one"
        wrongFile
            "nothing.nfg"
            ""
            "(1,1)"
            "expected 'NFG', with which a Gambit normal-form game starts, got the end of the file"
        wrongFile
            "ragged.nfg"
            $"{twoByTwo}{{ {{ \"win\" 1 -1 }}\n{{ \"loss\" -1 }} }} 1 2 2 1\n"
            "(4,1)"
            "outcome 2 has 1 payoffs; expected 2, one per player"
        wrongFile
            "players.nfg"
            "NFG 1 R \"t\" { } { }"
            "(1,13)"
            "the list of players is empty; expected at least one name"
        wrongFile
            "actions.nfg"
            "NFG 1 R \"t\" { \"red\" \"blue\" } { { \"a\" } { } } 1 2"
            "(1,40)"
            "player 'blue' has no actions; expected at least one label"
    ]

// ---- Names ---------------------------------------------------------------------------------------------------------

let private duplicates =
    testList "duplicate players" [
        wrongFile
            "long.csv"
            "red,red,payoff\na,x,1\n"
            "(1,5)"
            "column 2 is named 'red', as is column 1; give every column a name of its own"
        wrongFile
            "matrix.csv"
            "red\\red,x\na,1\n"
            "(1,1)"
            $"the header starts with 'red\\red'; expected an empty cell or the two players' names as 'ROW\\COLUMN'{orLongForm}"
        wrongFile
            "game.nfg"
            "NFG 1 R \"t\"\n{ \"red\" \"blue\" \"red\" } { 1 1 1 } 1 2 3"
            "(2,16)"
            "player 3 is named 'red', as is player 1; give every player a name of its own"
    ]

let private unknownNames =
    testList "unknown names tell the nearest" [
        wrongFile
            "player.csv"
            "red,blue,payoff:red,payoff:bleu\na,x,1,2\n"
            "(1,21)"
            "column 'payoff:bleu' is of no player (did you mean 'blue'?); the players are: red, blue"
        wrongWords
            [ "solve"; "rock_paper_scisors" ]
            "There is no game 'rock_paper_scisors'. Did you mean 'rock_paper_scissors'?"
        wrongWords [ "solve"; $"{rps}(rok=2)" ] $"The game '{rps}' has no parameter 'rok'. Did you mean 'rock'?"
        wrongWords [ "solve"; rps; "--solver"; "hegde" ] "There is no solver 'hegde'. Did you mean 'hedge'?"
        wrongWords
            [ "solve"; rps; "--solver"; "hedge"; "--set"; "stepsize=1" ]
            $"--set: neither the game '{rps}' nor the solver 'hedge' has a parameter 'stepsize'. Did you mean 'stepSize'?"
        wrongWords
            [ "solve"; rps; "--solver"; "rm"; "--until"; "nash_cov < 1e-3" ]
            "stop rule 'nash_cov < 0.001 or steps >= 100000': this run does not measure 'nash_cov'. Did you mean 'nash_conv'?"
        wrongWords [ "solve"; rps; "--executor"; "tourch" ] "There is no executor 'tourch'. Did you mean 'torch'?"
        wrongWords [ "solve"; "{dir}/gone.csv" ] "{dir}/gone.csv: no such file; check the path"
        wrongWords [ "solve"; "{dir}/gone.nfg" ] "{dir}/gone.nfg: no such file; check the path"
    ]

// ---- Sums ----------------------------------------------------------------------------------------------------------

let private zeroSum =
    let witness =
        "solver 'lp': takes zero-sum and constant-sum games only, and at cell red=a, blue=y: the payoffs 2, -1.5 sum to 0.5, those at cell red=a, blue=x to 0; use rm, hedge, cce or support_enumeration"

    testList "a game that is not zero-sum where it has to be: the witness cell" [
        for name, content in
            [
                "game.nfg", $"{twoByTwo}1 -1 0 0 2 -1.5 0 0\n"
                "game.csv", "red,blue,payoff:red,payoff:blue\na,x,1,-1\na,y,2,-1.5\nb,x,0,0\nb,y,0,0\n"
            ] do
            testCase name (fun () ->
                refused (Some(name, content)) [ "solve"; $"{{dir}}/{name}"; "--solver"; "lp" ] witness)
    ]

// ---- Malformed .nfg ------------------------------------------------------------------------------------------------

let private huge = [
    "{ 2000000000 2000000000 }",
    "(2,1)",
    "2000000000 x 2000000000 cells for 2 players are more than 50,000,000 payoffs, the most that is read; give a smaller game"
    "{ 9223372036854775807 3 }",
    "(2,1)",
    "9223372036854775807 x 3 cells for 2 players are more than 50,000,000 payoffs, the most that is read; give a smaller game"
    // allowed by its counts, 400 MB if they were believed
    "{ 5000 5000 }",
    "(4,1)",
    "expected 50000000 payoffs (5000 x 5000 cells for 2 players), found 2; is the file complete?"
]

let private malformed =
    testList "malformed .nfg" [
        // every way to stop early, at each of its tokens
        let whole =
            "NFG 1 R \"t\" { \"red\" \"blue\" } { { \"a\" \"b\" } { \"x\" \"y\" } } \"c\" { { \"o\" 1 2 } { \"p\" 3 4 } } 1 2 2 1"

        testCase "cut off anywhere" (fun () ->
            for length in 0 .. whole.Length - 1 do
                let cut = whole[.. length - 1]

                refusedBy
                    align
                    (Some("cut.nfg", cut))
                    [ "solve"; "{dir}/cut.nfg"; "--out"; "{dir}/runs" ]
                    (fun there error ->
                        Expect.stringStarts error (there "align: {dir}/cut.nfg(1,") cut
                        Expect.equal (error.TrimEnd().Split('\n').Length) 1 "one line"
                        Expect.isTrue (error.Contains "expected") $"{cut}: {error}"))

        wrongFile
            "truncated.nfg"
            $"{twoByTwo}1 2 3"
            "(3,6)"
            "expected 8 payoffs (2 x 2 cells for 2 players), found 3; is the file complete?"

        wrongFile
            "surplus.nfg"
            $"{twoByTwo}1 2 3 4 5 6 7 8 9 10"
            "(3,17)"
            "expected 8 payoffs (2 x 2 cells for 2 players), found 10; remove the surplus or correct the number of actions"

        wrongFile
            "counts.nfg"
            "NFG 1 R \"t\" { \"red\" \"blue\" }\n{ 2 2 2 }\n1 2 3 4 5 6 7 8"
            "(2,9)"
            "expected 2 action counts, one per player, found 3"

        wrongFile
            "negative.nfg"
            "NFG 1 R \"t\" { \"red\" \"blue\" }\n{ 2 -2 }\n1 2 3 4"
            "(2,5)"
            "the action count of player 'blue' is '-2'; expected a whole number of at least 1"

        wrongFile
            "index.nfg"
            $"{twoByTwo}{{ {{ \"win\" 1 -1 }} }} 1 2 0 1\n"
            "(3,22)"
            "outcome index 2 of 4, at (red 'b', blue 'x'), is '2'; expected a whole number from 0 (no outcome) to 1"

        for counts, place, message in huge do
            wrongFile "huge.nfg" $"NFG 1 R \"t\" {{ \"red\" \"blue\" }}\n{counts}\n1 2\n" place message

        // What the counts say would be terabytes, or 400 MB; this process may have 64.
        testCase "huge counts take no memory" (fun () ->
            for counts, place, message in huge do
                refusedBy
                    (childIn [ "DOTNET_GCHeapHardLimit", "0x4000000" ])
                    (Some("huge.nfg", $"NFG 1 R \"t\" {{ \"red\" \"blue\" }}\n{counts}\n1 2\n"))
                    [ "solve"; "{dir}/huge.nfg"; "--solver"; "rm"; "--out"; "{dir}/runs" ]
                    (oneLine $"{{dir}}/huge.nfg{place}: {message}"))

        wrongFile
            "huge.csv"
            ("A,B,C,payoff:A,payoff:B,payoff:C\n"
             + String.concat "" [ for i in 1..400 -> $"{i},{i},{i},1,1,1\n" ])
            "(1,1)"
            "400 x 400 x 400 cells for 3 players are more than 50,000,000 payoffs, the most that is read; give a smaller game"

        wrongWords
            [ "solve"; "random_zero_sum(rows=100000,columns=100000)" ]
            "Parameter 'rows' of the game 'random_zero_sum': expected a whole number from 1 to 2000, got '100000'."

        wrongWords
            [ "solve"; "random_general_sum(players=10,actions=10)" ]
            "The game 'random_general_sum(players=10,actions=10,seed=0)' would have 10000000000 payoffs a player; expected at most 1000000: ask for fewer players or actions."
    ]

// ---- Devices -------------------------------------------------------------------------------------------------------

let private hasCuda =
    lazy
        (Alignment.Torch.TorchNative.EnsureLoaded()
         TorchSharp.torch.cuda.is_available ())

let private noCuda =
    "The device 'cuda' was asked for, but LibTorch finds no CUDA here: install the driver and build with -p:TorchBackend=cuda, or use the device 'cpu'."

/// What a machine without CUDA must say; one that has it has nothing to refuse.
let private withoutCuda name action =
    testCase name (fun () ->
        if not hasCuda.Value then
            action ())

let private devices =
    testList "devices" [
        wrongWords
            [ "solve"; rps; "--executor"; "torch"; "--device"; "cdua" ]
            "--device: There is no device 'cdua'. Did you mean 'cuda'?"
        wrongWords
            [ "solve"; rps; "--executor"; "torch"; "--device"; "tpu" ]
            "--device: There is no device 'tpu'. Did you mean 'cpu'?"
        wrongWords
            [ "solve"; rps; "--device"; "cuda" ]
            "The executor 'host' runs on 'cpu', got --device 'cuda'; other devices need --executor torch."

        withoutCuda "CUDA without CUDA" (fun () ->
            for solver in [ "prm+"; "mmd"; "double_oracle" ] do
                refused None [ "solve"; rps; "--solver"; solver; "--executor"; "torch"; "--device"; "cuda" ] noCuda)

        withoutCuda "CUDA without CUDA, where nothing would run" (fun () ->
            let asked = [ rps; "--solver"; "prm+"; "--executor"; "torch"; "--device"; "cuda" ]
            refusedBy align None ([ "solve" ] @ asked @ [ "--dry-run" ]) (oneLine noCuda)
            refusedBy align None ([ "check" ] @ asked @ [ "--show"; "plan" ]) (oneLine noCuda))

        testCase "CUDA without CUDA, for a solver that runs no program" (fun () ->
            for solver in [ "lp"; "cce" ] do
                refusedBy
                    align
                    None
                    [ "solve"; rps; "--solver"; solver; "--executor"; "torch"; "--device"; "cuda" ]
                    (fun _ error -> Expect.stringContains error "cuda" "the device"))
    ]

// ---- Settings ------------------------------------------------------------------------------------------------------

let private settings =
    testList "settings out of range" [
        testCase "every number of every solver, by --set and by --sweep" (fun () ->
            let numbers = [
                for solver in Solvers.All do
                    for setting in solver.Settings do
                        // a setting that may be negative has no number below its range to try here
                        if setting.Range.StartsWith "above 0" || setting.Range.StartsWith "from 0" then
                            solver.Info.Name, setting
            ]

            let names = numbers |> List.map fst |> Set.ofList

            for solver in [ "mmd"; "ogda"; "omwu"; "extragradient"; "hedge"; "replicator"; "qre_path" ] do
                Expect.contains names solver "has a number to set"

            for solver, setting in numbers do
                for value in [ "-0.1"; "NaN"; "Infinity"; "-1e999"; "small" ] do
                    refusedBy
                        align
                        None
                        [ "solve"; rps; "--solver"; solver; "--set"; $"{setting.Name}={value}"; "--out"; "{dir}/runs" ]
                        (oneLine $"--set: Setting '{setting.Name}': expected {setting.Range}, got '{value}'.")

                if setting.Sweeps then
                    refusedBy
                        align
                        None
                        [ "solve"; rps; "--solver"; solver; "--sweep"; $"{setting.Name}=0.1,-0.1" ]
                        (oneLine $"--sweep: Setting '{setting.Name}': expected {setting.Range}, got '-0.1'."))

        wrongWords
            [ "solve"; rps; "--solver"; "hedge"; "--set"; "stepSize=0" ]
            "--set: Setting 'stepSize': expected above 0, got '0'."
    ]

// ---- In code -------------------------------------------------------------------------------------------------------

/// What a specification does wrong, in C#, and what is said of it. `game` is zero-sum, of `red` and `blue`, paying `payoff`.
let private faults = [
    "game.Payoff(Player.Of(\"bleu\", 2), payoff)",
    "payoff of 'bleu': the game has no player 'bleu'. Did you mean 'blue'?"
    "Game.Named(\"g\").ZeroSum(red, blue, payoff).Player(Player.Of(\"red\", Axis.Of(\"more\", 1)))",
    "player 'red': is declared 2 times; players need names of their own"
    "Game.Named(\"g\").Player(red).Player(blue).Payoff(red, payoff / 0.0).Payoff(blue, payoff)",
    "payoff of 'red': is Infinity at red=0, blue=0; expected a finite number"
    "Game.Named(\"g\").Player(red).Player(blue).Payoff(red, payoff).Payoff(blue, payoff.Log())",
    "payoff of 'blue': is -Infinity at red=0, blue=1; expected a finite number"
    "Game.Named(\"g\").Player(red).Player(blue).Payoff(red, payoff).Payoff(blue, 0 - payoff + Expr.Table([red.Actions, blue.Actions], 0, 0, 0, 0.5)).Claim(Structure.ZeroSum)",
    "claim ZeroSum: does not hold: cell red=1, blue=1: the payoffs 2, -1.5 sum to 0.5"
    "Game.Named(\"g\").Nature(rain, Expr.Vector(rain, 0.5, 0.4)).ZeroSum(red, blue, payoff + Expr.Vector(rain, 0, 1))",
    "distribution of 'rain': expected weights over 'rain' that sum to 1, got 0.9"
    "Game.Named(\"g\").Nature(rain, Expr.Vector(rain, 1.5, -0.5)).ZeroSum(red, blue, payoff + Expr.Vector(rain, 0, 1))",
    "distribution of 'rain': expected weights of at least 0, got -0.5"
    "game.Regularize(red, Regularizer.Kl(Expr.Vector(red.Actions, 0.5, 0.6), 0.1))",
    "reference of 'red': expected weights over 'red' that sum to 1, got 1.1"
    "game.Regularize(red, Regularizer.Kl(Expr.Vector(red.Actions, 1, 0), 0.1))",
    "reference of 'red': expected weights above 0, got 0"
    "game.Regularize(blue, Regularizer.Entropy(-0.1))", "regularizer of 'blue': its strength must lie above 0, got -0.1"
    "Game.Named(\"g\")", "game 'g': has no players; add them with Player or ZeroSum"
    "Game.Named(\"g\").Player(red).Player(blue).Payoff(red, payoff)",
    "player 'blue': has no payoff; give it one with Payoff or ZeroSum"
    "Game.Named(\"g\").ZeroSum(red, blue, Expr.Vector(red.Actions, 1, 2))",
    "payoff of 'red': expected axes [red=2, blue=2], got [red=2]; 'blue' is missing (a payoff that does not depend on it says so with Expand)"
]

let private csharp (body: string) =
    String.concat "\n" [
        "var (red, blue, rain) = (Player.Of(\"red\", 2), Player.Of(\"blue\", 2), Axis.Of(\"rain\", 2));"
        "var payoff = Expr.Matrix(red.Actions, blue.Actions, new double[,] { { 1, 0 }, { 0, 2 } });"
        "var game = Game.Named(\"g\").ZeroSum(red, blue, payoff);"
        body
    ]

/// A script of many experiments, each of which ends with its message and its code on stderr.
let private experiments (lines: (string * string) list) =
    [
        for game, solver in lines do
            $"Try({game}, {solver});"
        "return 0;"
        "void Try(GameSpec spec, ISolver solver) =>"
        "    Console.Error.WriteLine($\"code {new Experiment(spec, solver).Main(Args)}\");"
    ]
    |> String.concat "\n"
    |> csharp

/// Runs such a script and gives what each experiment said, without the name of the script.
let private said (lines: (string * string) list) =
    inFolder (fun folder ->
        let script = Path.Combine(folder, "x.csx")
        File.WriteAllText(script, experiments lines)
        let _, out, error = child [ "run"; script; "--out"; Path.Combine(folder, "runs") ]
        Expect.equal out "" $"nothing on stdout, with: {error}"
        Expect.equal (Directory.GetFileSystemEntries folder) [| script |] "nothing written"

        let parts = error.Split("code 2\n", StringSplitOptions.None)
        Expect.equal parts.Length (lines.Length + 1) $"as many times exit code 2:\n{error}"
        parts |> Array.take lines.Length |> Array.map _.TrimEnd())

let private inSpecifications =
    testCase "faults of specifications name the player, the axis and the cell" (fun () ->
        let texts = said [ for game, _ in faults -> game, "new MagneticMirrorDescent()" ]

        for (game, message), text in Seq.zip faults texts do
            let lines = text.Split '\n'
            Expect.equal lines[0] $"x: {message}" game)

let private inSolvers =
    testCase "settings out of range in code name the solver, the setting and the range" (fun () ->
        let wrong = [
            "new Hedge { StepSize = -0.1 }", "hedge", "stepSize", "-0.1"
            "new MagneticMirrorDescent { StepSize = -0.1 }", "mmd", "stepSize", "-0.1"
            "new MagneticMirrorDescent { Temperature = 0 }", "mmd", "temperature", "0"
            "new OptimisticHedge { StepSize = Expr.Vector(rain, 0.1, -0.1) }", "omwu", "stepSize", "-0.1"
            "new ReplicatorDynamics { StepSize = double.PositiveInfinity }", "replicator", "stepSize", "Infinity"
        ]

        let texts = said [ for solver, _, _, _ in wrong -> "game", solver ]

        for (code, solver, setting, value), text in Seq.zip wrong texts do
            for word in [ solver; setting; "above 0"; value ] do
                Expect.stringContains text word code)

/// What stops a script before there is an experiment: values that refuse to be made.
let private inValues =
    testList "values that cannot be" [
        for code, message in
            [
                "Expr.Matrix(red.Actions, blue.Actions, new double[,] { { 1, double.NaN }, { 0, 2 } })",
                "A tensor over [red=2, blue=2] holds NaN at red=0, blue=1; expected finite numbers."
                "Expr.Vector(red.Actions, 1, double.NegativeInfinity)",
                "A tensor over [red=2] holds -Infinity at red=1; expected finite numbers."
                "Expr.Matrix(red.Actions, blue.Actions, new double[,] { { 1, 0, 1 }, { 0, 2, 1 } })",
                "A matrix over [red=2, blue=2] needs 2 x 2 numbers, got 2 x 3."
                "Expr.Table([red.Actions, blue.Actions])", "A tensor over [red=2, blue=2] needs 4 numbers, got 0."
                "Player.Of(\"green\", 0)", "Axis 'green': expected a size of at least 1, got 0."
                "Player.Of(\"green\", \"x\", \"x\")", "Axis 'green': the label 'x' occurs twice."
                "GameLibrary.Create(\"chiken\")", "There is no game 'chiken'. Did you mean 'chicken'?"
                "Solver.Find(\"hegde\")", "There is no solver 'hegde'. Did you mean 'hedge'?"
            ] do
            testCase code (fun () ->
                refusedBy
                    align
                    (Some("x.csx", csharp $"{code}; return 0;"))
                    [ "run"; "{dir}/x.csx"; "--out"; "{dir}/runs" ]
                    (oneLine $"{{dir}}/x.csx(4): {message}"))
    ]

// ---- Scripts -------------------------------------------------------------------------------------------------------

let private fsharp (last: string) =
    String.concat "\n" [
        $"#I @\"%s{AppContext.BaseDirectory}\""
        for name in [ "Dsl"; "Compiler"; "Runtime"; "Solvers"; "CommandLine"; "Torch" ] do
            $"#r \"Alignment.%s{name}.dll\""
        "open Alignment"
        "let red, blue = Player.Of(\"red\", 2), Player.Of(\"blue\", 2)"
        last
    ]

/// A folder of one name, since `dotnet run` keeps what it builds by the path of the file.
let private atFixedPlace (name: string) (content: string) action =
    let folder = Path.Combine(Path.GetTempPath(), "align-bad-scripts")
    Directory.CreateDirectory folder |> ignore
    let path = Path.Combine(folder, name)
    File.WriteAllText(path, content)
    action path

let private scripts =
    startsProcesses (
        testList "scripts" [
            testCase "C# that does not compile: every error with its place" (fun () ->
                refusedBy
                    align
                    (Some("x.csx", "int x = \"one\";\nint y = z;"))
                    [ "run"; "{dir}/x.csx"; "--out"; "{dir}/runs" ]
                    (fun there error ->
                        Expect.equal
                            (error.TrimEnd())
                            (there (
                                "align: {dir}/x.csx(1,9): error CS0029: Cannot implicitly convert type 'string' to 'int'\n"
                                + "{dir}/x.csx(2,9): error CS0103: The name 'z' does not exist in the current context"
                            ))
                            "the message"))

            testCase "F# that does not compile" (fun () ->
                refusedBy
                    child
                    (Some("x.fsx", "let x: int = \"one\""))
                    [ "run"; "{dir}/x.fsx"; "--out"; "{dir}/runs" ]
                    (fun there error ->
                        Expect.stringContains error (there "{dir}/x.fsx(1,14): error FS0001: ") "the place"

                        Expect.stringContains
                            error
                            (there "align: {dir}/x.fsx: did not come to its experiment; what is wrong stands above.")
                            "the end"))

            testCase "a C# file that does not compile" (fun () ->
                atFixedPlace "x.cs" "#!/usr/bin/env dotnet\nint x = \"one\";\n" (fun path ->
                    let code, out, error = child [ "run"; path ]
                    Expect.equal code ExitCode.WrongInput "the exit code"
                    // `dotnet run` writes what does not compile to stdout
                    Expect.stringContains (out + error) $"{path}(2,9): error CS0029" "the place"

                    Expect.stringContains
                        error
                        $"align: {path}: did not come to its experiment; what is wrong stands above."
                        "the end"))

            testCase "F#: a NaN in a matrix tells cell and line" (fun () ->
                refusedBy
                    child
                    (Some(
                        "x.fsx",
                        fsharp "Expr.Matrix(red.Actions, blue.Actions, array2D [ [ 1.0; nan ]; [ 0.0; 2.0 ] ])"
                    ))
                    [ "run"; "{dir}/x.fsx"; "--out"; "{dir}/runs" ]
                    (fun there error ->
                        for part in
                            [
                                "A tensor over [red=2, blue=2] holds NaN at red=0, blue=1; expected finite numbers."
                                there "{dir}/x.fsx:line 10"
                                there
                                    "align: {dir}/x.fsx: did not come to its experiment; what is wrong stands above."
                            ] do
                            Expect.stringContains error part "a part"))

            testCase "F#: a distribution that sums to 0.9, and CUDA without CUDA" (fun () ->
                let body =
                    String.concat "\n" [
                        "Executors.Register(\"torch\", fun device -> TorchExecutor.On device :> _)"
                        "let payoff = Expr.Matrix(red.Actions, blue.Actions, array2D [ [ 1.0; 0.0 ]; [ 0.0; 2.0 ] ])"
                        "let rain = Axis.Of(\"rain\", 2)"
                        "let chance = Game.Named(\"g\").Nature(rain, Expr.Vector(rain, 0.5, 0.4)).ZeroSum(red, blue, payoff + Expr.Vector(rain, 0.0, 1.0))"
                        "let sound = Game.Named(\"g\").ZeroSum(red, blue, payoff)"
                        "let code game = Experiment(game, RegretMatching()) |> Experiment.main fsi.CommandLineArgs"
                        "eprintfn \"code %d\" (code chance)"
                        "exit (code sound)"
                    ]

                let args = [ "--executor"; "torch"; "--device"; "cuda"; "--out"; "{dir}/runs" ]
                let chance = "x: distribution of 'rain': expected weights over 'rain' that sum to 1, got 0.9\ncode 2\n"

                if not hasCuda.Value then
                    refusedBy child (Some("x.fsx", fsharp body)) ([ "run"; "{dir}/x.fsx" ] @ args) (fun _ error ->
                        Expect.equal (error.TrimEnd()) $"{chance}x: {noCuda}" "both messages"))

            withoutCuda "C#: CUDA without CUDA, by option" (fun () ->
                refusedBy
                    child
                    (Some("x.csx", csharp "return new Experiment(game, new RegretMatching()).Main(Args);"))
                    [ "run"; "{dir}/x.csx"; "--executor"; "torch"; "--device"; "cuda"; "--out"; "{dir}/runs" ]
                    (fun _ error -> Expect.equal (error.TrimEnd()) $"x: {noCuda}" "one message"))
        ]
    )

[<Tests>]
let tests =
    testList "bad input" [
        nonFinite
        tables
        duplicates
        unknownNames
        zeroSum
        malformed
        devices
        settings
        testList "in code" [ inSpecifications; inSolvers; inValues ]
        scripts
    ]
