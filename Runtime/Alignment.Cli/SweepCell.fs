namespace Alignment.Cli

open System
open System.Security.Cryptography
open System.Text
open Alignment.CommandLine

/// One run of a sweep: a value for each key, and the options that the run is started with.
type SweepCell = { Values: (string * string) list; Options: RunOption list }

/// What is swept by processes.
type SweepPlan = {
    /// The command and what it is about: `solve` and a game, `run` and a script.
    Command: string
    Operand: string
    /// Keys whose values need runs of their own, with why.
    Split: (string * string) list
    Cells: SweepCell list
    Group: string
    /// The folder below which the runs are kept.
    Parent: string
    /// Processes at once.
    Jobs: int
    Request: Request
}

module SweepCell =
    /// More is a typing error rather than a plan.
    let private mostCells = 1000

    let label (cell: SweepCell) =
        cell.Values |> List.map (fun (key, value) -> $"%s{key}=%s{value}") |> String.concat " "

    /// The option of a value.
    let private option (key, value) =
        match key with
        | "solver" -> RunOption.Solver value
        | "precision" -> RunOption.Precision value
        | "executor" -> Executor value
        | "device" -> Device value
        | "steps" -> Steps value
        | "until" -> Until value
        | "seed" -> RunOption.Seed value
        | _ -> Set $"%s{key}=%s{value}"

    /// What belongs to the sweep and not to each of its runs.
    let private isOfSweep (split: Set<string>) option =
        match option with
        | Config _
        | RunOption.Group _
        | Out _
        | RunOption.Jobs _
        | RunOption.Json
        | RunOption.Format _
        | RunOption.Show _
        | Dry_Run -> true
        | Set text
        | RunOption.Sweep text -> split.Contains(fst (Words.pair "--sweep" text))
        | RunOption.Solver _ -> split.Contains "solver"
        | RunOption.Precision _ -> split.Contains "precision"
        | Executor _ -> split.Contains "executor"
        | Device _ -> split.Contains "device"
        | Steps _ -> split.Contains "steps"
        | Until _ -> split.Contains "until"
        | RunOption.Seed _ -> split.Contains "seed"
        | _ -> false

    let rec private product (axes: (string * string list) list) =
        match axes with
        | [] -> [ [] ]
        | (key, values) :: rest -> [
            for value in values do
                for others in product rest do
                    (key, value) :: others
          ]

    /// What tells a cell of one sweep from those of others; threads change no result.
    let identity (options: RunOption list) =
        options
        |> List.filter (function
            | Threads _ -> false
            | _ -> true)
        |> fun options -> RunKeeping.options { Request.none with Options = options }

    let private group command operand cells =
        let text =
            command :: operand :: List.collect (fun cell -> List.ofArray (identity cell.Options)) cells
            |> String.concat "\n"

        $"sweep-%s{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes text))[..6]}"

    /// The plan of a sweep whose keys need runs of their own.
    let plan command operand (request: Request) (split: (string * string) list) =
        let keys = split |> List.map fst |> set

        let axes =
            Request.changes request
            |> List.choose (function
                | key, Values text when keys.Contains key -> Some(key, Sweep.texts text)
                | _ -> None)

        let cells = axes |> List.fold (fun n (_, values) -> n * float values.Length) 1.0

        if cells > float mostCells then
            Faults.refuse
                $"--sweep: %s{Words.large cells} runs in processes of their own are more than the %d{mostCells} that are taken; sweep fewer values."

        let common = request.Options |> List.filter (isOfSweep keys >> not)

        let cells =
            product axes
            |> List.map (fun values -> { Values = values; Options = common @ List.map option values })

        // values that are wrong whatever the game are refused before anything runs
        cells |> List.iter (fun cell -> Request.ofOptions cell.Options |> ignore)

        {
            Command = command
            Operand = operand
            Split = split
            Cells = cells
            Group = defaultArg request.Keeping.Group (group command operand cells)
            Parent = defaultArg request.Out (RunNames.parent ())
            Jobs = defaultArg request.Jobs Environment.ProcessorCount
            Request = request
        }

    /// The command line of a run.
    let arguments (plan: SweepPlan) (cell: SweepCell) =
        let threads =
            if plan.Request.Threads.IsSome then
                []
            else
                [ Threads(string (max 1 (Environment.ProcessorCount / min plan.Jobs plan.Cells.Length))) ]

        let own = [ Out plan.Parent; RunOption.Group plan.Group; RunOption.Json ]
        let parser = Arguments.parser<RunOption>()
        let options = parser.PrintCommandLineArguments(cell.Options @ threads @ own)
        [ yield plan.Command; yield plan.Operand; yield! options ]

    /// What a user should know before the runs begin.
    let describe (plan: SweepPlan) =
        let reasons = plan.Split |> List.map snd |> List.distinct |> String.concat " "
        let runs = Words.plural plan.Cells.Length "run"

        $"sweep: %s{runs} in processes of their own, at most %d{plan.Jobs} at once, kept below %s{plan.Parent} in group %s{plan.Group}. %s{reasons}"
