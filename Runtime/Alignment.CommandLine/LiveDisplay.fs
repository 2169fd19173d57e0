namespace Alignment.CommandLine

open System
open System.Diagnostics
open System.Threading
open Alignment
open Spectre.Console
open Spectre.Console.Rendering

/// What a run shows on a terminal while it works: a bar, how long it will take, the gap and its course, the values.
module private Scene =
    [<Literal>]
    let private BarWidth = 30

    [<Literal>]
    let private SparkWidth = 40

    let private bar share =
        let full = int (share * float BarWidth)
        $"[green]%s{String('━', full)}[/][grey]%s{String('━', BarWidth - full)}[/]"

    let private metric (key: string) (point: TracePoint) =
        match point.Metrics.TryGetValue key with
        | true, value -> Some value
        | _ -> None

    /// The bar, from the seconds in the solve loop.
    let private left (rule: Stop) points solved =
        match Outlook.ends rule points with
        | Some ends when ends > solved ->
            let share = solved / ends
            $"%s{bar share} %3.0f{100.0 * share} %%  about %s{Words.seconds (ends - solved)} left"
        | Some _ -> $"%s{bar 0.99}  99 %%"
        | None -> bar 0.0

    /// The rows, as markup; names that users chose are escaped.
    let rows (title: string) (rule: Stop) (points: TracePoint list) (elapsed: float) (since: float) =
        match List.tryLast points with
        | None -> [ $"[bold]%s{Markup.Escape title}[/]  %s{Words.seconds elapsed}" ]
        | Some last ->
            let gaps = points |> List.filter (fun p -> p.Step > 0L) |> List.choose Outlook.distance
            let line (name: string) text = $"%s{name.PadRight 12}  %s{text}"

            let values =
                last.Metrics
                |> Seq.filter _.Key.StartsWith("game/value/")
                |> Seq.map (fun pair -> $"%s{Markup.Escape(pair.Key.Substring 11)} %s{Words.brief pair.Value}")
                |> String.concat "  "

            [
                $"[bold]%s{Markup.Escape title}[/]  %s{Words.seconds elapsed}  [grey]until %s{Markup.Escape(string rule)}[/]"
                left rule points (last.Seconds + since)
                line "steps" (Words.count last.Step)
                match List.tryLast gaps with
                | Some(name, gap) ->
                    let course = Outlook.sparkline SparkWidth (List.map snd gaps)
                    line name $"%s{Words.brief gap}  [blue]%s{course}[/]"
                | None -> ()
                match metric "game/violation" last with
                | Some violation -> line "violation" (Words.brief violation)
                | None -> ()
                if values <> "" then
                    line "values" values
            ]

    let render rows : IRenderable = Rows(rows |> List.map (fun row -> Markup row :> IRenderable))

/// Shows how a run goes while work is done.
module LiveDisplay =
    /// Work that is done within this time shows nothing.
    let private patience = TimeSpan.FromSeconds 1.0

    let private onTerminal (title: string) (rule: Stop) (next: IProgress<TracePoint> | null) work =
        let console = AnsiConsole.Create(AnsiConsoleSettings(Out = AnsiConsoleOutput Console.Error))

        let clock = Stopwatch.StartNew()
        let gate = obj ()
        let mutable points: TracePoint list = []
        let mutable measured = TimeSpan.Zero

        let progress = {
            new IProgress<TracePoint> with
                member _.Report point =
                    match next with
                    | null -> ()
                    | next -> next.Report point

                    lock gate (fun () ->
                        points <- points @ [ point ]
                        measured <- clock.Elapsed)
        }

        let mutable result = None

        console
            .Live(Text "")
            .AutoClear(true)
            .Start(fun context ->
                let show _ =
                    if clock.Elapsed > patience then
                        let known, since = lock gate (fun () -> points, clock.Elapsed - measured)
                        let rows = Scene.rows title rule known clock.Elapsed.TotalSeconds since.TotalSeconds
                        context.UpdateTarget(Scene.render rows)

                use _ = new Timer(show, null, 250, 250)
                result <- Some(work progress))

        result.Value

    let private inLines (terminal: Terminal) next work =
        let progress = ProgressLine(terminal, next)

        try
            work progress
        finally
            progress.Clear()

    /// Does work that reports measured moments: on a terminal they are shown as they come, else a plain line is printed at times.
    /// <param name="next">Who else is told of every measured moment.</param>
    let watch
        (terminal: Terminal)
        title
        rule
        (next: IProgress<TracePoint> | null)
        (work: IProgress<TracePoint> -> 'T)
        : 'T =
        if terminal.ErrorIsTerminal then
            onTerminal title rule next work
        else
            inLines terminal next work
