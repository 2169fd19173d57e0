module Alignment.Tests.GamesTests

open System
open System.Reflection
open Expecto
open Alignment
open Alignment.Tests.Fixtures
open Alignment.Tests.GameFixtures

// ---- The numbers of a matrix game ----------------------------------------------------------------------------------

let private payoffs spec = Table.Of(spec).Payoffs |> List.map List.ofArray
let private first spec = List.head (payoffs spec)

// ---- What the games are --------------------------------------------------------------------------------------------

let private contents =
    testList "contents" [
        test "matching pennies" {
            Expect.equal (payoffs (Games.MatchingPennies())) [ [ 1; -1; -1; 1 ]; [ -1; 1; 1; -1 ] ] "row wins a match"
        }

        test "rock, paper, scissors with weights" {
            // Rows rock, paper, scissors: rock wins 2 from scissors, paper 3 from rock, scissors 5 from paper.
            Expect.equal
                (first (Games.RockPaperScissors(rock = 2, paper = 3, scissors = 5)))
                [ 0; -3; 2; 3; 0; -5; -2; 5; 0 ]
                "row's payoffs"
        }

        test "prisoner's dilemma" {
            Expect.equal (payoffs (Games.PrisonersDilemma())) [ [ 3; 0; 5; 1 ]; [ 3; 5; 0; 1 ] ] "Axelrod's numbers"
        }

        test "chicken" {
            Expect.equal (payoffs (Games.Chicken())) [ [ 6; 2; 7; 0 ]; [ 6; 7; 2; 0 ] ] "Aumann's numbers"
        }

        test "battle of the sexes" {
            Expect.equal (payoffs (Games.BattleOfTheSexes())) [ [ 3; 0; 0; 2 ]; [ 2; 0; 0; 3 ] ] "favourites"
        }

        test "stag hunt" { Expect.equal (payoffs (Games.StagHunt())) [ [ 4; 1; 3; 2 ]; [ 4; 3; 1; 2 ] ] "stag, hare" }

        test "blotto" {
            let spec = Games.Blotto(coins = 2, fields = 2)
            Expect.sequenceEqual spec.Players[0].Actions.Labels [ "0-2"; "1-1"; "2-0" ] "lexicographic"
            Expect.equal (first spec) (List.replicate 9 0.0) "with two fields each wins one, or both tie"
            // 0-0-2 against 0-1-1 wins the last field and loses the middle one; against 2-0-0 likewise; 1-1-0 beats none of these twice.
            let three = Games.Blotto(coins = 2, fields = 3)

            Expect.sequenceEqual
                three.Players[0].Actions.Labels
                [ "0-0-2"; "0-1-1"; "0-2-0"; "1-0-1"; "1-1-0"; "2-0-0" ]
                "6 actions"

            Expect.equal (first three |> List.take 6) [ 0; 0; 0; 0; -1; 0 ] "0-0-2 loses to 1-1-0 by two fields to one"
        }

        test "blotto counts fields if asked" {
            let majority = first (Games.Blotto(4, 3))
            let fields = first (Games.Blotto(4, 3, "fields"))
            Expect.equal (fields |> List.map (sign >> float)) majority "the majority is the sign of the fields won"
        }

        test "inspection" {
            Expect.equal
                (first (Games.Inspection([ 1.0; 0.5 ], penalty = 0.25)))
                [ -0.25; 1; 0.5; -0.25 ]
                "guarded on the diagonal"
        }

        test "team inspection" {
            // win for both reds where they agree and blue guards the other mode
            let wins = [ 0.0; 1.0; 0.0; 0.0; 0.0; 0.0; 1.0; 0.0 ]

            Expect.equal
                (payoffs (Games.TeamInspection()))
                [ wins; wins; wins |> List.map (fun w -> -2.0 * w) ]
                "red1, red2, blue"

            let joint = Games.TeamInspection(coordination = "correlated")
            Expect.equal (first joint) wins "the reds as one player"

            Expect.sequenceEqual
                joint.Players[0].Actions.Labels
                [ "mode1+mode1"; "mode1+mode2"; "mode2+mode1"; "mode2+mode2" ]
                "pairs"
        }

        test "preference" {
            let margins = first (Games.Preference [ 0.9; 0.2; 0.8 ])
            let expected = [ 0.0; 0.4; -0.3; -0.4; 0.0; 0.3; 0.3; -0.3; 0.0 ]

            for margin, value in List.zip margins expected do
                Expect.floatClose Accuracy.veryHigh margin value "P - 1/2"
        }

        test "a specification names its players and declares its real numbers" {
            Expect.equal
                (string (Games.Inspection [ 1.0; 0.5 ]))
                ("game \"inspection(harm=1;0.5)\"\n"
                 + "  player red chooses red=2{mode1,mode2}\n"
                 + "  player blue chooses blue=2{mode1,mode2}\n"
                 + "  payoff red = select([red, blue] {1 0 0 1}, -penalty, [red] {1 0.5})\n"
                 + "  payoff blue = -select([red, blue] {1 0 0 1}, -penalty, [red] {1 0.5})\n"
                 + "  parameter penalty=0.5 in [1E-06, 1000000]")
                "text"
        }
    ]

let private entropy (p: float seq) = -(p |> Seq.sumBy (fun x -> if x > 0.0 then x * log x else 0.0))

let private inspection =
    testList "inspection in closed form" [
        test "eight modes" {
            let answer = Inspection.Solve([| 1.0; 0.9; 0.8; 0.8; 0.7; 0.6; 0.6; 0.5 |], 0.5)
            // With all eight modes v = (4.714535 - 1) / 6.570930 = .565298, above the last one's .5, which is left out:
            // with seven v = (4.214535 - 1) / 5.570930 = .577020, below all of theirs.
            let h = [ 1.0; 0.9; 0.8; 0.8; 0.7; 0.6; 0.6 ]

            let v =
                ((h |> List.sumBy (fun x -> x / (x + 0.5))) - 1.0) / (h |> List.sumBy (fun x -> 1.0 / (x + 0.5)))

            Expect.floatClose Accuracy.veryHigh answer.Value v "the formula on seven modes"
            Expect.equal (Math.Round(answer.Value, 6)) 0.577020 "value"

            Expect.equal
                (answer.Attack |> Seq.filter (fun p -> p > 0.0) |> Seq.length)
                7
                "red uses seven of eight modes"

            Expect.equal (Math.Round(exp (entropy answer.Attack), 2)) 6.96 "effective modes of red"
            Expect.equal (Math.Round(exp (entropy answer.Guard), 2)) 5.45 "effective modes of blue"
        }

        test "one mode is always guarded" {
            let answer = Inspection.Solve([| 2.0 |], 0.5)
            Expect.floatClose Accuracy.veryHigh answer.Value -0.5 "red loses the penalty"
            Expect.floatClose Accuracy.veryHigh answer.Guard[0] 1.0 "guarded"
        }

        propertyOver
            100
            "nobody gains from a deviation"
            (fun (numbers: FsCheck.NonEmptyArray<FsCheck.NormalFloat>) (cost: FsCheck.NormalFloat) ->
                let harm = numbers.Get |> Array.map (fun x -> abs x.Get % 10.0)
                let penalty = 0.01 + abs cost.Get % 10.0
                let answer = Inspection.Solve(harm, penalty)
                let attackValue i = harm[i] * (1.0 - answer.Guard[i]) - penalty * answer.Guard[i]
                let average = Seq.sum (Seq.map2 (*) harm answer.Attack)
                let guardValue j = average - (harm[j] + penalty) * answer.Attack[j]
                let modes = [ 0 .. harm.Length - 1 ]
                Expect.floatClose Accuracy.high (Seq.fold (+) 0.0 answer.Attack) 1.0 "attack sums to 1"
                Expect.floatClose Accuracy.high (Seq.fold (+) 0.0 answer.Guard) 1.0 "guard sums to 1"

                Expect.isLessThanOrEqual
                    (modes |> List.map attackValue |> List.max)
                    (answer.Value + 1e-9)
                    "red gains nothing"

                Expect.isGreaterThanOrEqual
                    (modes |> List.map guardValue |> List.min)
                    (answer.Value - 1e-9)
                    "blue gains nothing")
    ]

let private random =
    testList "random games" [
        test "the same arguments give the same game" {
            Expect.equal
                (Games.RandomZeroSum(3, 4, 7).Hash)
                (GameLibrary.Create("random_zero_sum(rows=3,columns=4,seed=7)").Hash)
                "by code and by name"

            Expect.notEqual
                (payoffs (Games.RandomZeroSum(3, 4, 7)))
                (payoffs (Games.RandomZeroSum(3, 4, 8)))
                "another seed, another game"
        }

        test "payoffs fill [-1, 1)" {
            let all = first (Games.RandomZeroSum(40, 50))
            Expect.isTrue (all |> List.forall (fun u -> u >= -1.0 && u < 1.0)) "range"
            Expect.equal (List.distinct all |> List.length) 2000 "no draw comes twice"
            // Standard errors of mean and variance of 2,000 draws: .0129 and .0067.
            Expect.isLessThan (abs (List.average all)) 0.06 "mean 0"
            Expect.isLessThan (abs (List.averageBy (fun u -> u * u) all - 1.0 / 3.0)) 0.03 "variance 1/3"
        }

        test "players' payoffs are independent" {
            let spec = Games.RandomGeneralSum(players = 3, actions = 8, seed = 1)
            Expect.sequenceEqual (spec.Players |> Seq.map _.Name) [ "player1"; "player2"; "player3" ] "players"

            match payoffs spec with
            | [ a; b; c ] ->
                for u, v in [ a, b; b, c; c, a ] do
                    // Standard error of the mean product over 512 cells: .0147.
                    Expect.isLessThan (abs (List.averageBy (fun (x, y) -> x * y) (List.zip u v))) 0.075 "no covariance"
            | other -> failtest $"{other.Length} players"
        }
    ]

// ---- Names -----------------------------------------------------------------------------------------------------------

let private names =
    testList "names" [
        test "parameters left out have their defaults" {
            Expect.equal (string (GameLibrary.Parse "blotto")) "blotto(coins=10,fields=3,payoff=majority)" "no brackets"

            Expect.equal
                (string (GameLibrary.Parse "blotto()"))
                "blotto(coins=10,fields=3,payoff=majority)"
                "empty brackets"

            Expect.equal
                (string (GameLibrary.Parse " blotto ( fields = 4 ) "))
                "blotto(coins=10,fields=4,payoff=majority)"
                "spaces"
        }

        test "a list is separated by semicolons" {
            Expect.equal
                (string (GameLibrary.Parse "inspection(harm=1; .9;.8,penalty=.25)"))
                "inspection(harm=1;0.9;0.8,penalty=0.25)"
                "harm"
        }

        test "a game by name is the game by code" {
            for text, spec in
                [
                    "matching_pennies", Games.MatchingPennies()
                    "rock_paper_scissors(rock=2)", Games.RockPaperScissors(rock = 2)
                    "prisoners_dilemma(temptation=0,reward=-1,punishment=-2,sucker=-3)",
                    Games.PrisonersDilemma(0, -1, -2, -3)
                    "chicken", Games.Chicken()
                    "battle_of_the_sexes", Games.BattleOfTheSexes()
                    "stag_hunt", Games.StagHunt()
                    "blotto(coins=5,fields=2,payoff=fields)", Games.Blotto(5, 2, "fields")
                    "inspection(harm=1;.5,penalty=.1)", Games.Inspection([ 1.0; 0.5 ], 0.1)
                    "team_inspection(modes=3,coordination=correlated)", Games.TeamInspection(3, "correlated")
                    "preference(probabilities=.9;.2;.8)", Games.Preference [ 0.9; 0.2; 0.8 ]
                    "random_zero_sum(rows=2,columns=3,seed=4)", Games.RandomZeroSum(2, 3, 4)
                    "random_general_sum(players=3,actions=2,seed=4)", Games.RandomGeneralSum(3, 2, 4)
                ] do
                Expect.equal (GameLibrary.Create text) spec text
        }

        propertyOver 100 "what is printed is read back" (fun (coins: FsCheck.PositiveInt) (rock: FsCheck.NormalFloat) ->
            for text in [ $"blotto(coins={1 + coins.Get % 1000})"; $"rock_paper_scissors(rock={abs rock.Get:R})" ] do
                let call = GameLibrary.Parse text
                Expect.equal (GameLibrary.Parse(string call)) call text)

        test "every public family is listed and has a function" {
            // a sequential game's rules bear its name, and its family that and 'Family'
            let named (t: Type) = t.Name.Replace("Family", "")

            let families =
                typeof<IGameFamily>.Assembly.GetExportedTypes()
                |> Seq.filter (fun t -> t.IsClass && typeof<IGameFamily>.IsAssignableFrom t)
                |> Seq.map named
                |> Set.ofSeq

            let functions =
                typeof<Games>.GetMethods(BindingFlags.Public ||| BindingFlags.Static)
                |> Seq.filter (fun m -> m.ReturnType = typeof<GameSpec>)
                |> Seq.map _.Name
                |> Set.ofSeq

            Expect.equal (GameLibrary.All |> Seq.map (fun f -> named (f.GetType())) |> Set.ofSeq) families "listed"
            Expect.equal functions families "functions"
        }

        test "a family's name is its type's" {
            for family in GameLibrary.All do
                Expect.equal
                    (family.Name.Replace("_", ""))
                    (family.GetType().Name.Replace("Family", "").ToLowerInvariant())
                    family.Name

                Expect.isNonEmpty family.Source family.Name
                Expect.isTrue (family.Summary.EndsWith '.') family.Name
        }

        test "usage" {
            Expect.equal
                (GameLibrary.Usage(GameLibrary.Find "blotto"))
                ("blotto(coins=10,fields=3,payoff=majority)\n"
                 + "  Two commanders distribute coins over battlefields; the larger number wins a field.\n"
                 + "  coins: Coins that each player distributes. Expected: a whole number from 1 to 1000; default 10.\n"
                 + "  fields: Number of battlefields. Expected: a whole number from 1 to 100; default 3.\n"
                 + "  payoff: What is won: 1 by the winner of more fields, or the fields won minus the fields lost. Expected: one of majority, fields; default majority.\n"
                 + "  Source: Borel (1921), La théorie du jeu et les équations intégrales à noyau symétrique; discrete as in OpenSpiel (Lanctot et al. 2019).")
                "blotto"
        }
    ]

// ---- Refusals: each message, word for word ---------------------------------------------------------------------------

let private refused (create: unit -> obj) =
    try
        create () |> ignore
        failtest "created, where a refusal was expected"
    with :? GameSyntaxException as e ->
        e

let private refusals =
    testList "refusals" [
        for text, position, message in
            [
                "", 1, "Game '': expected the name of a game, such as rock_paper_scissors at position 1, got the end."
                "(coins=3)",
                1,
                "Game '(coins=3)': expected the name of a game, such as rock_paper_scissors at position 1, got '('."
                "blotto coins=3", 8, "Game 'blotto coins=3': expected '(' or the end at position 8, got 'c'."
                "blotto(", 8, "Game 'blotto(': expected the name of a parameter at position 8, got the end."
                "blotto(=3)", 8, "Game 'blotto(=3)': expected the name of a parameter at position 8, got '='."
                "blotto(coins)", 13, "Game 'blotto(coins)': expected '=' at position 13, got ')'."
                "blotto(coins=)", 14, "Game 'blotto(coins=)': expected a value of 'coins' at position 14, got ')'."
                "blotto(coins=3", 15, "Game 'blotto(coins=3': expected ',' or ')' at position 15, got the end."
                "blotto(coins=3(4))", 15, "Game 'blotto(coins=3(4))': expected ',' or ')' at position 15, got '('."
                "blotto(coins=3,)",
                16,
                "Game 'blotto(coins=3,)': expected the name of a parameter at position 16, got ')'."
                "blotto(coins=3)!", 16, "Game 'blotto(coins=3)!': expected the end at position 16, got '!'."
                "blotto(coins=3,coins=4)",
                16,
                "Game 'blotto(coins=3,coins=4)': the parameter 'coins' is given twice, the second time at position 16."
            ] do
            yield test $"syntax: %s{text}" {
                let e = refused (fun () -> GameLibrary.Parse text)
                Expect.equal e.Message message "message"
                Expect.equal e.Position (Nullable position) "position"
            }

        for text, message in
            [
                "bloto", "There is no game 'bloto'. Did you mean 'blotto'?"
                "go",
                "There is no game 'go'. There are matching_pennies, rock_paper_scissors, prisoners_dilemma, chicken, "
                + "battle_of_the_sexes, stag_hunt, blotto, inspection, team_inspection, preference, random_zero_sum, random_general_sum, kuhn_poker, leduc_poker, "
                + "liars_dice, goofspiel, phantom_tic_tac_toe, signalling, inspection_dialogue, debate, audit, bilinear, iterated_prisoners_dilemma."
                "blotto(coin=3)", "The game 'blotto' has no parameter 'coin'. Did you mean 'coins'?"
                "blotto(temperature=3)",
                "The game 'blotto' has no parameter 'temperature'. It has coins, fields, payoff."
                "chicken(x=1)", "The game 'chicken' has no parameter 'x'. It has none."
                "blotto(coins=x)",
                "Parameter 'coins' of the game 'blotto': expected a whole number from 1 to 1000, got 'x'."
                "blotto(coins=0)",
                "Parameter 'coins' of the game 'blotto': expected a whole number from 1 to 1000, got '0'."
                "blotto(coins=2.5)",
                "Parameter 'coins' of the game 'blotto': expected a whole number from 1 to 1000, got '2.5'."
                "blotto(coins=1e9)",
                "Parameter 'coins' of the game 'blotto': expected a whole number from 1 to 1000, got '1e9'."
                "blotto(payoff=most)",
                "Parameter 'payoff' of the game 'blotto': expected one of majority, fields, got 'most'."
                "rock_paper_scissors(rock=-1)",
                "Parameter 'rock' of the game 'rock_paper_scissors': expected a number from 0, got '-1'."
                "rock_paper_scissors(rock=NaN)",
                "Parameter 'rock' of the game 'rock_paper_scissors': expected a number from 0, got 'NaN'."
                "prisoners_dilemma(reward=x)",
                "Parameter 'reward' of the game 'prisoners_dilemma': expected a number, got 'x'."
                "inspection(penalty=0)",
                "Parameter 'penalty' of the game 'inspection': expected a number from 1E-06 to 1000000, got '0'."
                "inspection(harm=1;;2)",
                "Parameter 'harm' of the game 'inspection': expected 1 to 2000 numbers separated by ';', each a number from 0 to 1000000, got '1;;2'."
                "inspection(harm=1;-2)",
                "Parameter 'harm' of the game 'inspection': expected 1 to 2000 numbers separated by ';', each a number from 0 to 1000000, got '1;-2'."
                "preference(probabilities=.5;.5)",
                "The game 'preference': expected a probability for each pair of responses, which are 1, 3, 6, 10, ... n (n - 1) / 2, got 2."
                "preference(probabilities=1.5)",
                "Parameter 'probabilities' of the game 'preference': expected 1 to 4950 numbers separated by ';', each a number from 0 to 1, got '1.5'."
                "team_inspection(coordination=joint)",
                "Parameter 'coordination' of the game 'team_inspection': expected one of independent, correlated, got 'joint'."
                "prisoners_dilemma(reward=9)",
                "The game 'prisoners_dilemma': expected temptation > reward > punishment > sucker, got 5, 9, 1, 0."
                "blotto(coins=30,fields=6)",
                "The game 'blotto(coins=30,fields=6,payoff=majority)' would have 324632 actions a player; expected at most 1000: ask for fewer coins or fields."
                "random_general_sum(players=10,actions=10)",
                "The game 'random_general_sum(players=10,actions=10,seed=0)' would have 10000000000 payoffs a player; expected at most 1000000: ask for fewer players or actions."
            ] do
            yield test $"meaning: %s{text}" {
                let e = refused (fun () -> GameLibrary.Create text)
                Expect.equal e.Message message "message"
                Expect.equal e.Position (Nullable()) "no position"
            }

        yield test "from code" {
            let e = refused (fun () -> Games.Blotto(coins = 0))

            Expect.equal
                e.Message
                "Parameter 'coins' of the game 'blotto': expected a whole number from 1 to 1000, got '0'."
                "range"

            let e = refused (fun () -> Games.Inspection [])

            Expect.equal
                e.Message
                "Parameter 'harm' of the game 'inspection': expected 1 to 2000 numbers separated by ';', each a number from 0 to 1000000, got ''."
                "empty"
        }
    ]

// ---- Games of smooth payoffs -----------------------------------------------------------------------------------------

let private evaluated spec (numbers: float list list) =
    let given = numbers |> List.map ValueList.ToValueList |> ValueList.ToValueList
    (GameSolver.Evaluate(BoundGame.Bind spec, given)).[0]

/// What two memory-one policies get: the outcomes' distribution step by step, until nothing is left that counts.
let private played gamma (one: float list) (other: float list) =
    let sigmoid z = 1.0 / (1.0 + exp -z)
    let one, other = List.map sigmoid one, List.map sigmoid other
    // states CC, CD, DC, DD as the first sees them; the second sees CD and DC the other way round
    let joint p q = [ p * q; p * (1.0 - q); (1.0 - p) * q; (1.0 - p) * (1.0 - q) ]
    let next = [ for s, seen in [ 1, 1; 2, 3; 3, 2; 4, 4 ] -> joint one[s] other[seen] ]

    let rec go weight (at: float list) (sum: float * float) =
        if weight < 1e-18 then
            sum
        else
            let gain rewards = weight * List.sum (List.map2 (*) at rewards)
            let sum = fst sum + gain [ -1.0; -3.0; 0.0; -2.0 ], snd sum + gain [ -1.0; 0.0; -3.0; -2.0 ]
            let after = List.map2 (fun p row -> List.map ((*) p) row) at next |> List.reduce (List.map2 (+))
            go (weight * gamma) after sum

    let a, b = go 1.0 (joint one[0] other[0]) (0.0, 0.0)
    (1.0 - gamma) * a, (1.0 - gamma) * b

let private smooth =
    let values gamma one other =
        let found = evaluated (Games.IteratedPrisonersDilemma gamma) [ one; other ]
        found.Metrics["game/value/alice"], found.Metrics["game/value/bob"]

    let near tolerance (expected: float) (actual: float) what =
        Expect.isTrue (abs (expected - actual) <= tolerance) $"%s{what}: expected {expected:R}, got {actual:R}"

    // so sure that the sigmoid is 0 or 1 but for 4e-18
    let sure (plan: string) = [ for move in plan -> if move = 'C' then 40.0 else -40.0 ]
    let cooperates, defects, titForTat, winStay = sure "CCCCC", sure "DDDDD", sure "CCDCD", sure "CCDDC"

    testList "smooth" [
        test "the iterated prisoner's dilemma between plans, in closed form" {
            for gamma in [ 0.0; 0.96; 0.99 ] do
                for name, one, other, first, second in
                    [
                        "both defect", defects, defects, -2.0, -2.0
                        "both cooperate", cooperates, cooperates, -1.0, -1.0
                        "tit for tat cooperates with itself", titForTat, titForTat, -1.0, -1.0
                        // betrayed once, then both defect
                        "tit for tat against a defector",
                        titForTat,
                        defects,
                        -3.0 * (1.0 - gamma) - 2.0 * gamma,
                        -2.0 * gamma
                        // CD, DD, CD, DD, ...
                        "win-stay, lose-shift against a defector",
                        winStay,
                        defects,
                        -(3.0 + 2.0 * gamma) / (1.0 + gamma),
                        -2.0 * gamma / (1.0 + gamma)
                    ] do
                    let a, b = values gamma one other
                    near 1e-13 first a name
                    near 1e-13 second b name
                    let b, a = values gamma other one
                    near 1e-13 first a $"%s{name}, the other way round"
                    near 1e-13 second b $"%s{name}, the other way round"
        }

        test "the iterated prisoner's dilemma step by step" {
            let draws = RandomStream(5UL, "ipd")

            for k in 0L .. 9L do
                let logits player = [ for i in 0L .. 4L -> 6.0 * draws.Uniform(10L * k + player, i) - 3.0 ]
                let one, other = logits 0L, logits 1L
                let gamma = 0.98 * draws.Uniform(10L * k + 2L, 0L)
                let a, b = values gamma one other
                let first, second = played gamma one other
                near 1e-13 first a $"alice, game {k}"
                near 1e-13 second b $"bob, game {k}"
        }

        test "runs start apart, by the seed" {
            let start seed =
                let options = SolveOptions(Until = Stop.AfterSteps 1L, Seed = seed, Threads = 1)
                let spec = Games.IteratedPrisonersDilemma(runs = 3)
                let solution = GameSolver.Solve(spec, Solver.Find "gradient(rate=1e-300)", options)
                [ for game in solution.Games -> game.Strategies |> Seq.concat |> List.ofSeq ]

            let first = start 1UL
            Expect.equal (List.distinct first).Length 3 "three starts"
            Expect.equal (start 1UL) first "the same seed, the same starts"
            Expect.notEqual (start 2UL) first "another seed"
            Expect.hasLength first[0] 10 "five logits a player"
        }

        test "bilinear" {
            let game = evaluated (Games.Bilinear 2) [ [ 2.0; -1.0 ]; [ 3.0; 5.0 ] ]
            Expect.equal (game.Metrics["game/value/first"], game.Metrics["game/value/second"]) (1.0, -1.0) "x'y"
            Expect.equal game.Certificate.Distance 5.0 "the gradient (y, -x) moves furthest by its largest number"
            let rest = evaluated (Games.Bilinear()) [ [ 0.0 ]; [ 0.0 ] ]
            Expect.equal rest.Certificate (Certificate.Stationary 0.0) "nothing gains at 0"
            Expect.equal (GameLibrary.Parse "bilinear").KnownValue (Nullable 0.0) "known"
        }
    ]

[<Tests>]
let tests = testList "games" [ contents; inspection; random; names; refusals; smooth ]
