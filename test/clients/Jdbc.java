/*
 * What a tool on JDBC does, told in lines whose fields are separated by tabs:
 *
 *   Jdbc URL tables SCHEMA             each relation: name, kind, remarks
 *   Jdbc URL columns SCHEMA            each column: relation, name, type, JDBC's type, remarks
 *   Jdbc URL month POINT FETCH FROM TO [FROM TO]...   the rows of load_curve in each span, by one prepared statement
 *   Jdbc URL curves POINT              the packed segments: month, its type for JDBC, the curve as text
 */
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.JDBCType;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import org.postgresql.util.PGInterval;

public class Jdbc
{
	static void say(Object... fields)
	{
		StringBuilder line = new StringBuilder();

		for (Object field : fields)
			line.append(field != null ? field : "").append('\t');
		System.out.println(line.substring(0, line.length() - 1));
	}

	static void tables(DatabaseMetaData data, String schema) throws SQLException
	{
		try (ResultSet rows = data.getTables(null, schema, "%", new String[] {"TABLE", "VIEW", "FOREIGN TABLE"}))
		{
			while (rows.next())
				say(rows.getString("TABLE_NAME"), rows.getString("TABLE_TYPE"), rows.getString("REMARKS"));
		}
	}

	static void columns(DatabaseMetaData data, String schema) throws SQLException
	{
		try (ResultSet rows = data.getColumns(null, schema, "%", "%"))
		{
			while (rows.next())
				say(rows.getString("TABLE_NAME"), rows.getString("COLUMN_NAME"), rows.getString("TYPE_NAME"),
					JDBCType.valueOf(rows.getInt("DATA_TYPE")), rows.getString("REMARKS"));
		}
	}

	/* The length of an interval that has neither years nor months. */
	static long seconds(PGInterval interval)
	{
		return ((interval.getDays() * 24L + interval.getHours()) * 60 + interval.getMinutes()) * 60
			+ interval.getWholeSeconds();
	}

	static void month(Connection connection, String[] arguments) throws SQLException
	{
		/* rows come in portions only in a transaction */
		connection.setAutoCommit(false);
		try (PreparedStatement query = connection.prepareStatement(
				 "SELECT starts_at, ends_at, step, watts, wh, nature FROM switchgrid.load_curve"
				 + " WHERE point_id = ? AND direction = ? AND starts_at >= ? AND starts_at < ? ORDER BY starts_at"))
		{
			query.setFetchSize(Integer.parseInt(arguments[3]));
			for (int i = 4; i + 1 < arguments.length; i += 2)
			{
				query.setString(1, arguments[2]);
				query.setString(2, "consumption");
				query.setObject(3, OffsetDateTime.parse(arguments[i]));
				query.setObject(4, OffsetDateTime.parse(arguments[i + 1]));
				try (ResultSet rows = query.executeQuery())
				{
					while (rows.next())
						say(rows.getObject(1, OffsetDateTime.class).toEpochSecond(),
							rows.getObject(2, OffsetDateTime.class).toEpochSecond(),
							seconds((PGInterval) rows.getObject(3)), Math.round(rows.getDouble(4) * 1000),
							Math.round(rows.getDouble(5) * 1000), rows.getString(6));
				}
			}
		}
		connection.commit();
	}

	static void curves(Connection connection, String point) throws SQLException
	{
		try (PreparedStatement query = connection.prepareStatement(
				 "SELECT month, curve FROM switchgrid.curve_segment WHERE point_id = ? ORDER BY month"))
		{
			query.setString(1, point);
			try (ResultSet rows = query.executeQuery())
			{
				while (rows.next())
					say(rows.getDate(1), rows.getMetaData().getColumnTypeName(2), rows.getString(2));
			}
		}
	}

	public static void main(String[] arguments) throws SQLException
	{
		try (Connection connection = DriverManager.getConnection(arguments[0]))
		{
			switch (arguments[1])
			{
				case "tables":
					tables(connection.getMetaData(), arguments[2]);
					break;
				case "columns":
					columns(connection.getMetaData(), arguments[2]);
					break;
				case "month":
					month(connection, arguments);
					break;
				case "curves":
					curves(connection, arguments[2]);
					break;
				default:
					throw new IllegalArgumentException(arguments[1]);
			}
		}
	}
}
