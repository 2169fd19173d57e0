namespace Alignment.CommandLine

open System
open Alignment

/// How far a run is on its way to its stop rule, from its measured moments.
module Outlook =
    /// Moments that a rate is read from: the later third, where early steps tell nothing any more.
    let private later (points: TracePoint list) = points |> List.skip (points.Length * 2 / 3)

    let private figure (metric: string) (point: TracePoint) =
        [ metric; "game/" + metric ]
        |> List.tryPick (fun key ->
            match point.Metrics.TryGetValue key with
            | true, value when Double.IsFinite value -> Some value
            | _ -> None)

    /// The figure that says how far a measured moment is from equilibrium, with its name: NashConv, or the residual of a game of smooth payoffs.
    let distance (point: TracePoint) =
        [ "nash_conv"; "stationarity" ]
        |> List.tryPick (fun name ->
            match point.Metrics.TryGetValue("game/" + name) with
            | true, value -> Some(name, value)
            | _ -> None)

    /// Steps at which a figure will lie below a threshold if it goes on falling like a power of the steps; none if it does not fall.
    let private reaches (below: Stop.Below) (points: TracePoint list) =
        let logs =
            later points
            |> List.choose (fun point ->
                match figure below.Metric point with
                | Some value when value > 0.0 && point.Step > 0L -> Some(log (float point.Step), log value)
                | _ -> None)

        if logs.Length < 3 then
            None
        else
            let meanX, meanY = List.averageBy fst logs, List.averageBy snd logs
            let spread = logs |> List.sumBy (fun (x, _) -> (x - meanX) ** 2.0)
            let slope = (logs |> List.sumBy (fun (x, y) -> (x - meanX) * (y - meanY))) / spread

            if slope < -0.05 then
                Some(exp (meanX + (log below.Threshold - meanY) / slope))
            else
                None

    let private earlier a b =
        match a, b with
        | Some a, Some b -> Some(min a b)
        | Some only, None
        | None, Some only -> Some only
        | None, None -> None

    let private both a b =
        match a, b with
        | Some a, Some b -> Some(max a b)
        | _ -> None

    /// Seconds in the solve loop at which the rule is likely to hold; none where nobody can tell yet.
    let ends (rule: Stop) (points: TracePoint list) : float option =
        match List.tryLast points with
        | Some last when last.Step > 0L && last.Seconds > 0.0 ->
            // of steps late in the run: the first ones pay for compilation
            let seconds steps =
                let from = (later points).Head
                let pace = (last.Seconds - from.Seconds) / float (max 1L (last.Step - from.Step))

                last.Seconds
                + max 0.0 (steps - float last.Step) * (if pace > 0.0 then pace else last.Seconds / float last.Step)

            rule.Fold(
                (fun below -> reaches below points |> Option.map seconds),
                (fun steps -> Some(seconds (float steps.Count))),
                (fun limit -> Some limit.Count),
                earlier,
                both
            )
            |> Option.filter Double.IsFinite
        | _ -> None

    let private bars = "▁▂▃▄▅▆▇█"

    /// Small bars, one a measured moment and at most so many, for the logarithm of a figure: low is small.
    let sparkline (width: int) (values: float list) =
        let logs = values |> List.filter (fun v -> v > 0.0 && Double.IsFinite v) |> List.map log

        match logs with
        | []
        | [ _ ] -> ""
        | _ ->
            let count = min width logs.Length
            let all = Array.ofList logs
            // of the moments that share a bar the last is shown
            let shown = Array.init count (fun k -> all[(k + 1) * all.Length / count - 1])
            let low, high = Array.min shown, Array.max shown

            shown
            |> Array.map (fun v ->
                let level = if high > low then int (7.0 * (v - low) / (high - low) + 0.5) else 0
                bars[level])
            |> String
