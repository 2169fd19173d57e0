namespace Alignment.Cli

open System.IO
open Argu
open Alignment.CommandLine
open Alignment.Runs

/// The options of `align export`.
[<HelpFlags("--help", "-h"); HelpDescription("print this text")>]
type ExportOption =
    | [<EqualsAssignmentOrSpaced>] Format of FORMAT: string
    | [<EqualsAssignmentOrSpaced>] Out of FILE: string

    interface IArgParserTemplate with
        member this.Usage =
            match this with
            | Format _ -> "csv or parquet; default: by the ending of FILE, else csv"
            | Out _ -> "the file to write, which must not be there yet; without it CSV goes to stdout"

/// `align export`: the metrics of a run as a table, a row a measured moment, a column a metric.
module ExportCommand =
    type private Format =
        | Csv
        | Parquet

    let private formatOf (options: ExportOption list) out =
        let named =
            options
            |> List.choose (function
                | Format text -> Some(Words.choice "--format" [ "csv", Csv; "parquet", Parquet ] text)
                | _ -> None)
            |> List.tryLast

        match named, out with
        | Some format, _ -> format
        | None, Some file when Words.extension file = ".parquet" -> Parquet
        | None, _ -> Csv

    let private check (file: string) =
        if Path.Exists file then
            Faults.refuse $"--out: '%s{file}' exists, and nothing is written over; name another file."

        match Path.GetDirectoryName(Path.GetFullPath file) with
        | null -> ()
        | folder ->
            if not (Directory.Exists folder) then
                Faults.refuse $"--out: there is no folder '%s{folder}'; make it first."

    let private table name = RunsPlace.reading (fun () -> MetricTable.Of(RunsPlace.single name))

    let private run command (terminal: Terminal) tokens =
        let arguments = Arguments.parse<ExportOption> tokens

        match Command.single command arguments.Positional with
        | _ when arguments.WantsHelp -> Command.printHelp command terminal
        | None -> Faults.refuse "export: expected a run, by its folder or its id; `align runs` lists them."
        | Some name ->
            let out =
                arguments.Options
                |> List.choose (function
                    | Out file -> Some file
                    | _ -> None)
                |> List.tryLast

            let format = formatOf arguments.Options out
            out |> Option.iter check

            match format, out with
            | Parquet, None -> Faults.refuse "export: Parquet is no text for a terminal; name a file by --out FILE."
            | Csv, None -> MetricCsv.Write(table name, terminal.Out)
            | format, Some file ->
                let table = table name

                RunsPlace.reading (fun () ->
                    match format with
                    | Csv -> MetricCsv.Write(table, file)
                    | Parquet -> MetricParquet.Write(table, file))

                let rows, columns = Words.plural table.Rows "row", Words.plural (int64 table.Keys.Count + 2L) "column"
                terminal.Out.WriteLine $"%s{file}  %s{rows}, %s{columns}, %s{Words.count (FileInfo file).Length} bytes"

            ExitCode.Done

    let command = {
        Name = "export"
        Operands = "RUN [OPTIONS]"
        Summary =
            "Prints a run's metrics as CSV, or writes them to a CSV or Parquet file: a row a moment, a column a metric."
        Details = fun () -> [ Arguments.help<ExportOption> "align export RUN" ]
        Examples = [ "align export latest"; "align export runs/latest --out leduc.parquet" ]
        Run = run
    }
